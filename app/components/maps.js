const make = (name, className, text, title) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (title) element.title = title;
  return element;
};

const picture = (entry) => {
  const figure = make("figure");
  const pair = make("div", "pair");
  const under = make("img", "under");
  under.src = entry.under;
  under.alt = "";
  const map = make("img", "map");
  map.src = entry.map;
  map.alt = entry.alt;
  pair.append(under, map);
  figure.append(pair, make("figcaption", "", entry.caption));
  return figure;
};

const cell = (entry, name) => {
  const made = make(name, entry.strong ? "strong" : "");
  made.append(entry.title ? make("span", "", entry.text, entry.title) : entry.text);
  if (entry.range) made.append(make("small", "", entry.range));
  return made;
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const row = make("div", "row");
  const left = make("div");
  const pictures = make("div", "pictures");
  pictures.append(...data.pictures.map(picture));
  const legend = make("div", "legend");
  legend.append(make("span", "", data.legend[0]), make("div", "bar"), make("span", "", data.legend[1]));
  legend.title = data.legend[2];
  left.append(pictures, legend);
  const right = make("div");
  const table = make("table");
  const head = make("tr");
  head.append(...data.head.map((entry) => cell(entry, "th")));
  table.append(head);
  for (const entries of data.body) {
    const line = make("tr");
    line.append(...entries.map((entry) => cell(entry, "td")));
    table.append(line);
  }
  right.append(table, make("p", "finding", data.finding));
  for (const text of data.notes) right.append(make("p", "muted", text));
  row.append(left, right);
  root.replaceChildren(row);
}

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
  if (entry.deciding) made.append("▸ ");
  made.append(entry.title ? make("span", "", entry.text, entry.title) : entry.text);
  if (entry.range) made.append(make("small", "", entry.range));
  return made;
};

const line = (entries) => {
  const made = make("tr");
  made.append(...entries.map((entry) => cell(entry, "td")));
  return made;
};

// The rows under the same headings; with `title`, folded away under it.
const table = (head, rows, title) => {
  const made = make("table");
  const top = make("tr");
  top.append(...head.map((entry) => cell(entry, "th")));
  made.append(top, ...rows.map(line));
  if (!title) return made;
  const folded = make("details");
  folded.append(make("summary", "", title), made);
  return folded;
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const row = make("div", "row");
  const left = make("div");
  const pictures = make("div", "pictures");
  pictures.append(...data.pictures.map(picture));
  const legend = make("div", "legend");
  legend.append(make("span", "", data.legend[0]), make("div", "bar"), make("span", "", data.legend[1]));
  left.append(pictures, legend, make("p", "scale", `strongest colour ${data.legend[2]}, white 0`));
  const right = make("div");
  const open = root.querySelector("details")?.open;
  right.append(table(data.head, data.body));
  if (data.more && data.more.length) right.append(table(data.head, data.more, "More measures"));
  if (open) right.querySelector("details")?.setAttribute("open", "");
  right.append(make("p", data.pending ? "finding muted" : "finding", data.finding));
  for (const text of data.notes) right.append(make("p", "muted", text));
  row.append(left, right);
  root.replaceChildren(row);
}

// Parts that several panels are made of; comes before the script that uses them.
const make = (name, className, text, title) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (title) element.title = title;
  return element;
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

// A picture (an address), with a map over it if there is one.
const pair = (under, map, alt) => {
  const made = make("div", "pair");
  const below = make("img", map ? "under" : "");
  below.src = under;
  below.alt = map ? "" : alt;
  made.append(below);
  if (map) {
    const above = make("img", "map");
    above.src = map;
    above.alt = alt;
    made.append(above);
  }
  return made;
};

// The scale of the maps: words for both ends, and what the strongest colour stands for.
const legend = (words) => {
  const made = make("div");
  const line = make("div", "legend");
  line.append(make("span", "", words[0]), make("div", "bar"), make("span", "", words[1]));
  made.append(line, make("p", "scale", `strongest colour ${words[2]}, white 0`));
  return made;
};


const square = (entry, heading) => {
  const made = make("div", "cell");
  made.append(make("div", "small heading", heading));
  if (!entry.picture) {
    made.append(make("div", "waiting", entry.said));
    return made;
  }
  const both = make("div", entry.made || entry.map || entry.wait ? "both" : "both alone");
  both.append(pair(entry.picture, "", entry.alt));
  if (entry.made) both.append(pair(entry.made, "", entry.mapAlt));
  else if (entry.map) both.append(pair(entry.picture, entry.map, entry.mapAlt));
  else if (entry.wait) both.append(make("div", "waiting one", entry.wait));
  for (const each of both.querySelectorAll(".pair")) zoomable(each);
  const answer = make("p", "answer");
  answer.append(make("strong", "", entry.answer), " ", make("span", "whole", entry.confidence));
  const line = make("div", "line");
  line.append(answer);
  if (entry.said) line.append(make("span", `said ${entry.state}`, entry.said, entry.help));
  made.append(both, line);
  return made;
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const table = make("div", "grid");
  for (const text of data.head) table.append(make("div", "head", text.text, text.title));
  for (const row of data.rows) {
    const title = make("div", "title");
    title.append(make("strong", "", row.title), ` ${row.name}`);
    table.append(title, ...row.cells.map((entry, place) => square(entry, data.head[place].text)));
  }
  root.replaceChildren(table);
  if (data.legend) root.append(legend(data.legend));
  if (data.note) root.append(make("p", "muted", data.note));
}

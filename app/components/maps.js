const picture = (entry) => {
  const figure = make("figure");
  const shown = entry.under ? pair(entry.under, entry.map, entry.alt) : make("div", "pair soon");
  if (entry.under) zoomable(shown);
  figure.append(shown, make("figcaption", "", entry.caption));
  return figure;
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const row = make("div", data.soon ? "row coming" : "row");
  const left = make("div");
  const pictures = make("div", data.pictures.length === 4 ? "pictures pairs" : "pictures");
  pictures.append(...data.pictures.map(picture));
  left.append(pictures, legend(data.legend));
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

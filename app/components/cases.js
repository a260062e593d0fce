function make(tile) {
  const item = document.createElement("div");
  item.className = "case";
  item.dataset.id = tile.id;
  const open = Object.assign(document.createElement("button"), { className: "open" });
  const image = Object.assign(document.createElement("img"), { className: "thumb" });
  open.append(image);
  for (const name of ["title", "about", "tags"]) open.append(Object.assign(document.createElement("span"), { className: name }));
  const label = Object.assign(document.createElement("label"), { className: "mark" });
  label.append(Object.assign(document.createElement("input"), { type: "checkbox" }));
  item.append(open, label);
  return item;
}

function fill(item, tile) {
  const put = (name, text) => {
    const found = item.querySelector(`.${name}`);
    if (found.textContent !== text) found.textContent = text;
  };
  put("title", tile.title);
  put("about", tile.about);
  put("tags", tile.tags);
  const image = item.querySelector("img");
  if (image.getAttribute("src") !== tile.src) image.src = tile.src;
  image.alt = tile.alt;
  item.dataset.state = tile.state;
  item.querySelector(".open").title = `${tile.title}\n${tile.about}`;
  item.querySelector("input").setAttribute("aria-label", `Select ${tile.title}`);
  item.querySelector("label").title = tile.mark ?? "Select it, to download or delete several at once";
}

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let list = root.querySelector(".cases");
  if (!list) {
    list = Object.assign(document.createElement("div"), { className: "cases" });
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", data.label ?? "Cases, the newest first");
    list.marked = new Set(data.marked);
    root.append(list);
  }
  const known = new Map([...list.children].map((each) => [each.dataset.id, each]));
  const wanted = new Set(data.cases.map((tile) => tile.id));
  for (const [id, each] of known) if (!wanted.has(id)) each.remove();
  data.cases.forEach((tile, place) => {
    const item = known.get(tile.id) ?? make(tile);
    fill(item, tile);
    item.dataset.chosen = String(tile.id === data.chosen);
    const open = item.querySelector(".open");
    open.setAttribute("aria-pressed", String(tile.id === data.chosen));
    open.onclick = () => setTriggerValue("picked", tile.id);
    const box = item.querySelector("input");
    box.checked = list.marked.has(tile.id);
    box.onchange = () => {
      list.marked[box.checked ? "add" : "delete"](tile.id);
      setStateValue("marked", [...list.marked]);
    };
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
}

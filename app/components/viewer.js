// All pictures of a case beside one another, zoomed and moved together; the tools for that above them.
const tools = (data, root, again) => {
  const bar = make("div", "tools");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Zoom of all pictures");
  const out = button("−", "Zoom out", () => zoomBy(1 / 1.5));
  const back = button("1:1", "Show the whole picture again", whole);
  const said = make("span", "muted zoom");
  said.setAttribute("role", "status");
  root.tell = () => {
    const { zoom } = looking();
    out.disabled = back.disabled = zoom === 1;
    root.classList.toggle("far", zoom >= 3); // from here on single pixels are shown
    said.textContent = zoom === 1 ? "" : `${zoom.toFixed(1)} × — drag to move`;
  };
  bar.append(out, button("+", "Zoom in", () => zoomBy(1.5)), back, said);
  if (data.pair.length === 2) {
    const both = make("span", "modes");
    for (const [mode, text] of [["side", "Side by side"], ["swipe", "Swipe"]]) {
      const made = make("button", "", text);
      made.setAttribute("aria-pressed", String(root.mode === mode));
      made.onclick = () => {
        root.mode = seen.dataset.viewMode = mode;
        again();
        [...root.querySelectorAll(".modes button")].find((each) => each.textContent === text).focus();
      };
      both.append(made);
    }
    bar.append(both);
  }
  if (data.opacity) {
    const label = make("label");
    const value = 100 * (parseFloat(seen.style.getPropertyValue("--map-opacity")) || 0.75);
    const set = (now) => seen.style.setProperty("--map-opacity", String(now / 100));
    const colours = slider("opacity of the maps", value, set);
    label.append(make("span", "", "Colours over the picture"), colours);
    bar.append(label);
  }
  return bar;
};

const draw = (root) => {
  const data = root.data;
  const frames = make("div", `frames ${data.size}`);
  const [left, right] = root.mode === "swipe" ? data.pair : [];
  data.pictures.forEach((entry, place) => {
    if (place === right) return;
    frames.append(place === left ? swiped(entry, data.pictures[right], data, root) : alone(entry, data));
  });
  frames.style.setProperty("--count", String(frames.children.length));
  frames.style.setProperty("--ratio", String(data.shape[1] / data.shape[0]));
  root.replaceChildren(tools(data, root, () => draw(root)), frames);
  if (data.legend) root.append(legend(data.legend));
  root.tell();
};

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const now = JSON.stringify(data);
  if (root.now !== now) {
    if (seen.dataset.viewOf !== data.id) whole();
    seen.dataset.viewOf = data.id;
    root.swipe ??= 50;
    root.mode ??= seen.dataset.viewMode ?? data.mode;
    Object.assign(root, { now, data });
    draw(root);
  }
  parentElement.told ??= () => root.tell();
  window.addEventListener("counterproof-view", parentElement.told); // added once, however often this runs
  root.tell();
  return () => window.removeEventListener("counterproof-view", parentElement.told);
}

// One step of a walk: how far, its heading and sentences, Back and Next; arrow keys go, numbers choose.
const OWN = "input, textarea, select, canvas, [role=application], [role=listbox], [role=radiogroup], [contenteditable]";

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const moved = root.shown !== undefined && root.shown !== `${data.id} ${data.at}`;
  if (root.shown !== `${data.id} ${data.at}`) root.at = data.at;
  root.shown = `${data.id} ${data.at}`;
  const go = (step) => {
    const to = Math.min(data.last, Math.max(0, root.at + step));
    if (to === root.at) return;
    root.at = to;
    setTriggerValue("went", to);
  };
  const press = (text, title, step, off) => {
    const made = make("button", "go", text);
    Object.assign(made, { title, disabled: off, onclick: () => go(step) });
    return made;
  };
  const bar = make("div", "bar");
  const far = make("span", "far", `${data.at + 1} of ${data.of}`);
  bar.append(press("◄ Back", "Left arrow key", -1, data.at === 0), far,
    press("Next ►", "Right arrow key", 1, data.at >= data.last));
  const title = make("h2", "", data.title);
  title.tabIndex = -1;
  const lines = data.sentences.map((text, place) => make("p", place ? "more" : "first", text));
  const choices = make("div", "choices");
  data.choices.forEach(([id, text], place) => {
    const made = make("button", "choose");
    made.append(make("kbd", "", String(place + 1)), text);
    made.onclick = () => setTriggerValue("chose", id);
    choices.append(made);
  });
  root.replaceChildren(bar, title, ...lines, ...(data.choices.length ? [choices] : []));
  if (moved) title.focus({ preventScroll: false });
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    if (event.composedPath().some((each) => each.matches?.(OWN))) return;
    const choice = data.choices[Number(event.key) - 1];
    if (choice) setTriggerValue("chose", choice[0]);
    else if (event.key === "ArrowRight") go(1);
    else if (event.key === "ArrowLeft") go(-1);
    else return;
    event.preventDefault();
  };
  if (parentElement.keys) document.removeEventListener("keydown", parentElement.keys);
  parentElement.keys = keys;
  document.addEventListener("keydown", keys);
  return () => document.removeEventListener("keydown", parentElement.keys);
}

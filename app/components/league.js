// A table whose numbers are buttons: explainers down, metrics across, a mark beside what is better or worse than floors.
const heading = (entry) => {
  const made = make("th");
  made.append(make("span", "", entry.text, entry.title));
  if (entry.note) made.append(make("small", "", entry.note));
  return made;
};

const number = (entry) => {
  const made = make("td");
  if (!entry.id) {
    made.append(entry.text);
    return made;
  }
  const button = make("button", "", undefined, entry.title);
  button.dataset.id = entry.id;
  if (entry.mark) {
    const mark = make("span", `mark ${entry.mark}`, entry.mark === "above" ? "▲ " : "▼ ");
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", entry.said);
    button.append(mark);
  }
  button.append(entry.text);
  if (entry.range) button.append(make("small", "", entry.range));
  made.append(button);
  return made;
};

const row = ([first, ...rest]) => {
  const made = make("tr", first.floor ? "floor" : "");
  made.append(heading(first), ...rest.map(number));
  return made;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const made = JSON.stringify([data.head, data.body]);
  if (root.made !== made) {
    root.made = made;
    const focused = root.getRootNode().activeElement?.dataset?.id;
    const whole = make("table");
    const top = make("tr");
    top.append(...data.head.map(heading));
    whole.append(top, ...data.body.map(row));
    const wide = make("div", "wide");
    wide.append(whole);
    root.replaceChildren(wide);
    if (focused) root.querySelector(`button[data-id="${CSS.escape(focused)}"]`)?.focus();
  }
  if (root.given !== data.chosen) root.given = root.chosen = data.chosen;
  const press = () => {
    for (const each of root.querySelectorAll("button"))
      each.setAttribute("aria-pressed", String(each.dataset.id === root.chosen));
  };
  press();
  for (const each of root.querySelectorAll("button"))
    each.onclick = () => {
      root.chosen = each.dataset.id;
      press();
      setTriggerValue("picked", each.dataset.id);
    };
}

const CELLS = ["state", "what", "bar", "left", "when"];

function make(row) {
  const button = document.createElement("button");
  button.className = "run";
  button.dataset.id = row.id;
  for (const name of CELLS) {
    const cell = document.createElement("span");
    cell.className = name;
    button.append(cell);
  }
  const [state, what, bar] = button.children;
  for (const name of ["symbol", "word"]) state.append(Object.assign(document.createElement("span"), { className: name }));
  for (const name of ["title", "about"]) what.append(Object.assign(document.createElement("span"), { className: name }));
  const track = Object.assign(document.createElement("span"), { className: "track" });
  track.append(document.createElement("i"));
  bar.append(track, Object.assign(document.createElement("span"), { className: "said" }));
  return button;
}

function fill(button, row) {
  const put = (name, text) => {
    const found = button.querySelector(`.${name}`);
    if (found.textContent !== text) found.textContent = text;
  };
  for (const name of ["symbol", "word", "title", "about", "said", "left", "when"]) put(name, row[name]);
  button.querySelector(".symbol").setAttribute("aria-hidden", "true");
  button.querySelector("i").style.width = `${100 * row.progress}%`;
  button.dataset.state = row.state;
  button.dataset.text = `${row.word} ${row.title} ${row.about} ${row.id}`.toLowerCase();
  button.title = `${row.title} · ${row.about}\nRun ${row.id}`;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let list = root.querySelector(".runs");
  if (!list) {
    const find = Object.assign(document.createElement("input"), { type: "search", className: "find" });
    find.placeholder = "Find a run: a state, a method, a data set …";
    find.setAttribute("aria-label", "Find a run");
    list = Object.assign(document.createElement("div"), { className: "runs" });
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", "Runs, the newest first");
    const none = Object.assign(document.createElement("p"), { className: "none muted" });
    none.textContent = "No run has these words.";
    root.append(find, list, none);
    find.oninput = () => {
      const words = find.value.toLowerCase().split(/\s+/);
      let left = 0;
      for (const each of list.children) {
        each.hidden = !words.every((word) => each.dataset.text.includes(word));
        left += each.hidden ? 0 : 1;
      }
      none.hidden = left > 0;
    };
  }
  const known = new Map([...list.children].map((each) => [each.dataset.id, each]));
  const wanted = new Set(data.runs.map((row) => row.id));
  for (const [id, each] of known) if (!wanted.has(id)) each.remove();
  data.runs.forEach((row, place) => {
    const button = known.get(row.id) ?? make(row);
    fill(button, row);
    button.setAttribute("aria-pressed", String(row.id === data.chosen));
    button.onclick = () => setTriggerValue("picked", row.id);
    if (list.children[place] !== button) list.insertBefore(button, list.children[place] ?? null);
  });
  if (list.dataset.chosen !== data.chosen) {
    list.dataset.chosen = data.chosen;
    const chosen = [...list.children].find((each) => each.dataset.id === data.chosen);
    if (chosen) {
      const above = chosen.offsetTop - list.offsetTop;
      if (above < list.scrollTop || above + chosen.offsetHeight > list.scrollTop + list.clientHeight)
        list.scrollTop = above - list.clientHeight / 3;
    }
  }
  root.querySelector(".find").hidden = data.runs.length < 7;
  root.querySelector(".find").oninput();
}

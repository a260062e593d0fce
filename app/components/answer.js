// An expert's answer to a case: name, verdict, comment and marks; what is typed stays in this window until it is saved.
const VERDICTS = { agree: "Agree", disagree: "Disagree", unsure: "Unsure" };
const EXPERT = "counterproof expert";

const stored = (name) => {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
};

const store = (name, value) => {
  try {
    value === null ? sessionStorage.removeItem(name) : sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // a window that may keep nothing: what is typed stays on the page as long as the page does
  }
};

const fresh = () => ({
  id: crypto.getRandomValues(new Uint32Array(2)).join("-"), verdict: null, comment: "", drawn: [],
});

const draft = (name) => {
  const found = stored(name);
  const sound = typeof found?.id === "string" && typeof found.comment === "string" && Array.isArray(found.drawn);
  return sound ? found : fresh();
};

const field = (name, text) => {
  const label = make("label", "field");
  label.append(make("span", "", text), name);
  return label;
};

const form = (root, data, send) => {
  const now = root.draft;
  const keep = () => store(root.place, now);
  const expert = make("input");
  const named = data.signed || (stored(EXPERT) ?? "");
  Object.assign(expert, { type: "text", maxLength: 100, autocomplete: "name", value: named, readOnly: !!data.signed });
  expert.oninput = () => store(EXPERT, expert.value);
  const verdicts = choices({ ...VERDICTS }, data.question, now.verdict, (id) => {
    now.verdict = now.verdict === id ? null : id;
    verdicts.press(now.verdict);
    keep();
  });
  [...verdicts.children].forEach((each, place) => each.prepend(make("kbd", "", String(place + 1))));
  const comment = make("textarea");
  Object.assign(comment, { maxLength: 5000, rows: 4, value: now.comment });
  comment.oninput = () => {
    now.comment = comment.value;
    keep();
  };
  const save = make("button", "save", "Save my answer");
  const said = make("p", "refused");
  said.setAttribute("role", "alert");
  root.refuse = (text) => {
    said.textContent = text;
    save.disabled = false;
    save.textContent = "Save my answer";
  };
  save.onclick = () => {
    if (!expert.value.trim()) return root.refuse("Write your name first: an answer is kept with it.") ?? expert.focus();
    if (!now.verdict) return root.refuse("Choose first whether you agree, disagree or are unsure.");
    said.textContent = "";
    save.disabled = true;
    save.textContent = "Saving …";
    send({ ...now, expert: expert.value });
  };
  const left = make("div", "side");
  const question = make("p", "question", data.question);
  left.append(question, verdicts, field(expert, data.signed ? "Kept under your name" : "Your name"), field(comment, "Comment (not needed)"), save, said);
  const right = make("div", "side");
  right.append(make("p", "question", data.ask));
  right.append(marker(data.mark, now.drawn, (strokes) => {
    now.drawn = strokes;
    keep();
  }));
  const both = make("div", "answer");
  both.append(left, right);
  root.choose = (place) => verdicts.children[place]?.click();
  root.replaceChildren(both);
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const place = `counterproof answer ${data.uid}`;
  const other = root.place !== place || root.mark !== data.mark.src;
  if (other) Object.assign(root, { place, mark: data.mark.src, draft: draft(place) });
  if (data.saved.includes(root.draft.id)) {
    store(place, null);
    root.draft = fresh();
    form(root, data, (value) => setTriggerValue("given", value));
  } else if (other) form(root, data, (value) => setTriggerValue("given", value));
  if (data.refused?.id === root.draft.id && root.told !== data.refused.time) {
    root.told = data.refused.time;
    root.refuse(data.refused.said);
  }
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !["1", "2", "3"].includes(event.key)) return;
    if (event.composedPath().some((each) => each.matches?.("input:not([type=range]), textarea, select"))) return;
    root.choose(Number(event.key) - 1);
  };
  if (parentElement.keys) document.removeEventListener("keydown", parentElement.keys);
  parentElement.keys = keys;
  document.addEventListener("keydown", keys);
  return () => document.removeEventListener("keydown", parentElement.keys);
}

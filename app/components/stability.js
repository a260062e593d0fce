export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const open = new Set([...root.querySelectorAll("details[open]")].map((each) => each.dataset.of));
  root.replaceChildren();
  for (const method of data.methods) {
    const block = make("div", "method");
    block.append(make("strong", "", method.title, method.plain), table(data.head, method.body));
    for (const said of method.findings) {
      const line = make("p", said.pending ? "muted" : "");
      line.append(make("strong", "", said.who), ` ${said.text}`);
      block.append(line);
    }
    if (method.more.length) {
      const folded = table(data.head, method.more, "More measures");
      folded.dataset.of = method.title;
      folded.open = open.has(method.title);
      block.append(folded);
    }
    root.append(block);
  }
}

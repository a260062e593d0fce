const legend = (marks) => {
  const line = document.createElement("p");
  line.className = "legend muted";
  line.append("Marked pictures tell a story, point at one: ");
  for (const { kind, words } of marks) {
    const dot = document.createElement("i");
    dot.className = `dot ${kind}`;
    const text = document.createElement("span");
    text.append(dot, words);
    line.append(text);
  }
  return line;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let tiles = root.querySelector(".tiles");
  const names = data.tiles.map((tile) => `${tile.id} ${tile.caption ?? ""}`).join("|");
  if (!tiles || tiles.dataset.names !== names) {
    root.replaceChildren();
    tiles = document.createElement("div");
    tiles.className = data.tiles.some((tile) => tile.caption) ? "tiles captioned" : "tiles";
    tiles.dataset.names = names;
    for (const tile of data.tiles) {
      const button = document.createElement("button");
      const image = document.createElement("img");
      image.src = tile.src;
      image.alt = tile.label;
      button.title = tile.story ?? tile.label;
      button.dataset.id = tile.id;
      button.setAttribute("aria-label", `${tile.label} (${tile.id})`);
      if (tile.story) button.setAttribute("aria-description", tile.story);
      button.append(image);
      if (tile.caption) {
        const caption = document.createElement("span");
        caption.className = "caption";
        caption.textContent = tile.caption;
        button.append(caption);
      }
      if (tile.mark) {
        const dot = document.createElement("i");
        dot.className = `dot ${tile.mark}`;
        button.append(dot);
      }
      tiles.append(button);
    }
    const count = document.createElement("p");
    count.className = "muted";
    root.append(tiles, count);
    if (data.marks?.length) root.append(legend(data.marks));
    const say = () => {
      const pictures = tiles.children.length === 1 ? "1 picture" : `${tiles.children.length} pictures`;
      count.textContent = tiles.scrollHeight > tiles.clientHeight ? `${pictures}: scroll for more` : pictures;
    };
    new ResizeObserver(say).observe(tiles);
  }
  for (const button of tiles.children) {
    button.setAttribute("aria-pressed", String(button.dataset.id === data.chosen));
    button.onclick = () => setTriggerValue("picked", button.dataset.id);
  }
}

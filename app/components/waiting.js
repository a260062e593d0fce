// An empty place of the size of the picture that comes there.
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const box = document.createElement("div");
  box.className = data.soon ? "box soon" : "box";
  box.textContent = data.words;
  root.replaceChildren(box);
}

// A little that this window of the browser remembers for a page, also when it is loaded again; no other window sees it.
export default function ({ parentElement, data, setStateValue }) {
  const name = `counterproof ${data.name}`;
  try {
    if (data.value !== null) sessionStorage.setItem(name, JSON.stringify(data.value));
    else setStateValue("told", { found: JSON.parse(sessionStorage.getItem(name)) });
  } catch {
    if (data.value === null) setStateValue("told", { found: null });
  }
  parentElement.querySelector(".root").hidden = true;
}

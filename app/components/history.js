// Tells the server when the reader goes back or forward in the browser: only that fires `popstate`.
export default function ({ parentElement, setTriggerValue }) {
  if (parentElement.went) window.removeEventListener("popstate", parentElement.went);
  parentElement.went = () => setTriggerValue("went", window.location.search);
  window.addEventListener("popstate", parentElement.went);
  return () => window.removeEventListener("popstate", parentElement.went);
}

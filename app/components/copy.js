export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  if (root.firstChild) return;
  const button = document.createElement("button");
  button.textContent = "Copy the link";
  button.title = "The address of this page holds every setting: opened again, it shows this case.";
  const said = document.createElement("span");
  said.className = "muted";
  said.setAttribute("role", "status");
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      said.textContent = "Copied. The link works on this machine.";
    } catch {
      said.textContent = "The browser did not allow it: copy the address at the top instead.";
    }
  };
  root.append(button, said);
}

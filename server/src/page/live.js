// Puts changes on top of the audit as they happen. Without it, "Refresh" shows them.
const ROWS_MAX = 500;
const table = document.querySelector("tbody[data-live]");
const status = document.getElementById("live");
if (table) {
  const events = new EventSource(`/admin/audit?after=${table.dataset.live}`);
  events.onopen = () => { status.hidden = false; };
  events.onerror = () => { status.hidden = true; };
  events.addEventListener("change", (event) => {
    const row = document.createElement("template");
    row.innerHTML = event.data;
    table.prepend(row.content);
    while (table.rows.length > ROWS_MAX) table.lastElementChild.remove();
  });
}

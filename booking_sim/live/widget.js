// Shows the HTML that the kernel sends, and a button that stops the surge.
//
// A busy kernel does not process messages of its widgets. But it can be interrupted, and a surge takes that as the
// request to stop in good order. So the button asks the Jupyter server for it, as the button in JupyterLab's own
// toolbar does; in a page of another kind there is no such server, and no button.
function render({ model, el }) {
  const view = document.createElement("div");
  const show = () => { view.innerHTML = model.get("html"); };
  model.on("change:html", show);
  show();
  el.append(view);

  const config = document.getElementById("jupyter-config-data");
  if (!config) return;
  const stop = document.createElement("button");
  stop.className = "jupyter-button";
  stop.textContent = "Stop the surge";
  stop.addEventListener("click", async () => {
    stop.disabled = true;
    const server = new URL(JSON.parse(config.textContent).baseUrl, location.origin);
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("_xsrf=")) ?? "";
    const answer = await fetch(new URL(`api/kernels/${model.get("kernel")}/interrupt`, server), {
      method: "POST",
      headers: { "X-XSRFToken": decodeURIComponent(cookie.slice("_xsrf=".length)) },
    });
    stop.textContent = answer.ok ? "Stopping …" : "Interrupt the kernel instead";
  });
  el.append(stop);
}

export default { render };

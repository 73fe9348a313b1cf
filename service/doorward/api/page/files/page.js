// What forms alone cannot do: passkeys, waiting for a push, and the time that is left. All else works without it.
"use strict";

const $ = (id) => document.getElementById(id);

function countDown(left) {
  const end = performance.now() + Number(left.dataset.seconds) * 1000;
  let warned = false;
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    const minutes = Math.floor(seconds / 60);
    const { one, many, under } = left.dataset;
    const text = minutes < 1 ? under : minutes === 1 ? one : many.replace("{n}", minutes);
    if (left.textContent !== text) left.textContent = text;
    // Said aloud once: a clock that speaks every minute cannot be listened to.
    if (seconds <= 60 && !warned) {
      warned = true;
      $("heard").textContent = under;
    }
    if (seconds > 0) setTimeout(tick, Math.min(5000, seconds * 1000));
    else setTimeout(() => location.replace(location.pathname + location.search), 1500);
  };
  tick();
}

function usePasskey(form) {
  const field = form.elements.credential;
  const failed = $("failed");
  const use = form.dataset.use;
  const read = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" }[use];

  async function ask(event) {
    event?.preventDefault();
    failed.hidden = true;
    if (!window.PublicKeyCredential?.[read]) return tell("missing");
    try {
      const publicKey = PublicKeyCredential[read](JSON.parse(field.dataset.options));
      const credential = await navigator.credentials[use]({ publicKey });
      field.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      // The browser does not say whether the person declined or there was none, and neither do we.
      tell("failed");
    }
  }

  function tell(what) {
    failed.textContent = failed.dataset[what];
    failed.hidden = false;
  }

  form.addEventListener("submit", ask);
  // After a mistake, or for a new passkey, the person says when.
  if (use === "get" && !$("said")) ask();
}

function awaitPush(form) {
  async function look() {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const said = new URL(answer.url).searchParams.get("said");
    if (answer.ok && said === "awaiting_approval") return void setTimeout(look, 2500);
    location.replace(answer.url);
  }
  setTimeout(function begin() {
    look().catch(() => setTimeout(begin, 5000));
  }, 2500);
}

if ($("left")) countDown($("left"));
if ($("passkey")) usePasskey($("passkey"));
if ($("push")) awaitPush($("push"));

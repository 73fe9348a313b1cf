// A person's device for Doorward's push, in one page. The protocol is written down in docs/push.md.

const POLL_MS = 2000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

const byId = (id) => document.getElementById(id);
const say = (text) => { byId("status").textContent = text; };

// --- What is signed: the RFC 8785 form. JSON.stringify writes text as it asks, and sort() orders by UTF-16 units.
// Numbers are left out on purpose: no body of the protocol has one.

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

function base64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

class Refused extends Error {
  constructor(status, problem) {
    super(problem.errors?.[0]?.detail ?? problem.detail ?? `status ${status}`);
    this.status = status;
    this.pointer = problem.errors?.[0]?.pointer ?? "";
  }
}

async function send(pairing, path, body) {
  const signature = base64url(await crypto.subtle.sign(SIGNING, pairing.key, new TextEncoder().encode(canonical(body))));
  const answer = await fetch(`${pairing.url}/v1/push/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, signature }),
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

// --- What is kept: one entry for each pairing, with a private key that the browser does not hand out.

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("doorward-device", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("pairings", { keyPath: "authenticator" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function kept(mode, work) {
  const open = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = open.transaction("pairings", mode);
      const request = work(transaction.objectStore("pairings"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    open.close();
  }
}

const pairings = () => kept("readonly", (store) => store.getAll());
const keep = (pairing) => kept("readwrite", (store) => store.put(pairing));
const forget = (pairing) => kept("readwrite", (store) => store.delete(pairing.authenticator));

// --- Pairing.

function readUri(text) {
  const uri = new URL(text.trim());
  const asked = Object.fromEntries(uri.searchParams);
  const service = new URL(asked.url ?? "");
  const isLocal = ["localhost", "127.0.0.1"].includes(service.hostname);
  const isSecure = service.protocol === "https:" || (service.protocol === "http:" && isLocal);
  if (uri.protocol !== "doorward:" || asked.v !== "1" || !asked.authenticator || !asked.code || !isSecure) {
    throw new TypeError("no pairing address");
  }
  return { ...asked, url: asked.url.replace(/\/+$/, ""), name: asked.name || service.host };
}

async function pair(asked) {
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", made.publicKey);
  const pairing = { authenticator: asked.authenticator, url: asked.url, name: asked.name, key: made.privateKey };
  // Kept before it is bound: the code is good once, and a key that is lost then cannot be bound again.
  await keep(pairing);
  try {
    const body = { authenticator: asked.authenticator, code: asked.code, public_key: { kty, crv, x, y } };
    await send(pairing, "pair", body);
  } catch (error) {
    if (error instanceof Refused) await forget(pairing);
    throw error;
  }
  return pairing;
}

async function showPairings() {
  const items = (await pairings()).map((pairing) => {
    const item = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = pairing.name;
    const button = document.createElement("button");
    button.textContent = "Forget";
    button.setAttribute("aria-label", `Forget ${pairing.name}`);
    button.addEventListener("click", async () => { await forget(pairing); await look(); await showPairings(); });
    item.append(name, ` at ${new URL(pairing.url).host} `, button);
    return item;
  });
  byId("paired").replaceChildren(...items);
}

async function onPair(text) {
  let asked;
  try {
    asked = readUri(text);
  } catch {
    say("This is no pairing address.");
    return;
  }
  try {
    await pair(asked);
    byId("uri").value = "";
    say(`Paired with ${asked.name}.`);
  } catch (error) {
    const isOver = error instanceof Refused;
    say(isOver ? "This code was used before, or its ten minutes are over." : "The service cannot be reached.");
  }
  await showPairings();
  await look();
}

// A browser that reads QR codes can take the picture from the other screen.

async function scan() {
  const camera = byId("camera");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  camera.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  camera.hidden = false;
  await camera.play();
  try {
    for (;;) {
      const found = (await detector.detect(camera)).find((code) => code.rawValue.startsWith("doorward:"));
      if (found) return found.rawValue;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    camera.srcObject.getTracks().forEach((track) => track.stop());
    camera.hidden = true;
  }
}

// --- What waits, and the answer.

const TOLD = {
  approved: "Approved. Go on where you sign in.",
  declined: "Declined.",
  not_me: "Thank you. The sign-in was stopped, and your account is watched more closely.",
  refused: "That was not the number. Begin again where you sign in.",
};

async function answer(pairing, push, decision, number) {
  const body = { authenticator: pairing.authenticator, nonce: push.nonce, decision };
  if (decision === "approve") body.number = number;
  try {
    say(TOLD[(await send(pairing, push.challenge, body)).status]);
  } catch (error) {
    if (!(error instanceof Refused)) say("The service cannot be reached. Try again.");
    else if (error.status === 429) say("Too many wrong numbers. Wait a little.");
    else say("This request is over.");
  }
  await look();
}

function card(pairing, push) {
  const item = byId("push").content.firstElementChild.cloneNode(true);
  const put = (selector, text) => { item.querySelector(selector).textContent = text; };
  item.dataset.nonce = push.nonce;
  put("h3", push.kind === "login" ? `Sign in to ${pairing.name}` : pairing.name);
  put(".what", [push.application, push.action].filter(Boolean).join(": ") || "a sign-in");
  put(".who", push.client ?? "not known");
  put(".until", new Date(push.expires_at).toLocaleTimeString());
  item.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = [...item.querySelectorAll("button")];
    buttons.forEach((button) => { button.disabled = true; });
    await answer(pairing, push, event.submitter?.value ?? "approve", item.querySelector("input").value);
    buttons.forEach((button) => { button.disabled = false; });
  });
  return item;
}

async function waitingOf(pairing) {
  const at = new Date().toISOString();
  try {
    const found = await send(pairing, "pending", { authenticator: pairing.authenticator, at });
    return found.map((push) => ({ pairing, push }));
  } catch (error) {
    if (error.status === 401) say(`${pairing.name} does not know this device any more. Pair it again.`);
    else if (error.pointer === "#/at") say("The clock of this device is wrong.");
    return [];
  }
}

// One after the other: what an earlier look has found must not bring back what was answered meanwhile.
let looking = Promise.resolve();

function look() {
  looking = looking.then(lookOnce, lookOnce);
  return looking;
}

async function lookOnce() {
  const found = (await Promise.all((await pairings()).map(waitingOf))).flat();
  const list = byId("waiting");
  const nonces = new Set(found.map(({ push }) => push.nonce));
  // What is being typed stays: a card goes only when its push has gone.
  for (const item of [...list.children]) if (!nonces.has(item.dataset.nonce)) item.remove();
  const shown = new Set([...list.children].map((item) => item.dataset.nonce));
  list.append(...found.filter(({ push }) => !shown.has(push.nonce)).map(({ pairing, push }) => card(pairing, push)));
  byId("nothing").hidden = found.length > 0;
}

async function lookOn() {
  if (document.visibilityState === "visible") await look().catch(() => say("What is kept here cannot be read."));
  setTimeout(lookOn, POLL_MS);
}

byId("pair").addEventListener("submit", (event) => { event.preventDefault(); onPair(byId("uri").value); });
byId("scan").hidden = !("BarcodeDetector" in window);
byId("scan").addEventListener("click", () => scan().then(onPair, () => say("The camera cannot be used.")));
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });

await showPairings();
lookOn();

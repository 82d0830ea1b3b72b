// <hub-talk></hub-talk>: what people say about the page it stands on, fetched from the hub that this file came from.
// No frame, no cookie, no third party. What stands between the tags is shown until there is something to show.
//   for="https://blog.example/kettle/"   about another page than this one
//   src="https://talk.example/embed/…"   a certain piece
(() => {
  "use strict";
  const here = new URL(".", document.currentScript.src);

  // Where the conversation about a page lies: see place() in hub/site/embed.py.
  const piece = ({ host, pathname, search }) => {
    const parts = [host, ...pathname.split("/"), search].filter(Boolean);
    return `${parts.map((part) => encodeURIComponent(decodeURIComponent(part)).replaceAll("%", "=")).join("/")}/talk.htm`;
  };

  const page = () => document.querySelector("link[rel=canonical]")?.href ?? location.href;

  class HubTalk extends HTMLElement {
    connectedCallback() {
      if (this.watcher || this.shadowRoot) return;
      this.watcher = new IntersectionObserver((seen) => {
        if (!seen.some((one) => one.isIntersecting)) return;
        this.watcher.disconnect();
        this.show().catch((why) => this.dispatchEvent(new CustomEvent("error", { detail: String(why) })));
      }, { rootMargin: "50%" });
      this.watcher.observe(this);
    }

    async show() {
      const about = new URL(this.getAttribute("for") ?? page(), document.baseURI);
      const address = this.getAttribute("src") ?? new URL(piece(about), here);
      const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!answer.ok) throw new Error(`${answer.status} ${address}`);
      const html = await answer.text();
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("talk.css", here) });
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = html; // tidied where it was made; what is set this way runs no script
      root.prepend(style);
      this.dispatchEvent(new CustomEvent("load"));
    }
  }

  customElements.define("hub-talk", HubTalk);
})();

// The pages that messages lead to. One click in the message is enough for a person: the page confirms by itself, with a
// POST, once it is visible and a person has given a sign. A machine that only loads the page, or scrolls it by a script,
// changes nothing. It tries again until the answer is certain, and shows "done" only when the server has said so.
"use strict";
(() => {
    // Not "scroll": a script can cause it. A person scrolls with the wheel, a finger or a key.
    const signs = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel"];
    const longestWaitSeconds = 60;
    const patienceMilliseconds = 20000;

    const form = document.querySelector("form[data-confirm]");
    if (!form) return;
    const status = form.querySelector("[role=status]");
    let isSending = false;

    // Ends a pause before its time.
    let hurry = () => {};

    const pause = (seconds) => new Promise((resolve) => {
        setTimeout(resolve, seconds * 1000);
        hurry = resolve;
    });

    // The answer's page takes the place of this one's content.
    const show = async (answer) => {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const main = page.querySelector("main");
        if (!main) throw new Error("no page of ours");
        document.title = page.title;
        document.querySelector("main").replaceWith(document.adoptNode(main));
        document.querySelector("h1").focus();
    };

    const attempt = async () => {
        const answer = await fetch(window.location.href, {
            method: "POST",
            body: new URLSearchParams(new FormData(form)),
            credentials: "omit",
            cache: "no-store",
            redirect: "error",
            signal: AbortSignal.timeout(patienceMilliseconds),
        });
        const isCertain = answer.ok || [400, 404, 410].includes(answer.status);
        if (isCertain) await show(answer);
        return isCertain ? null : Number(answer.headers.get("Retry-After")) || 0;
    };

    const send = async () => {
        if (isSending) return;
        isSending = true;
        status.textContent = status.dataset.working;
        for (let wait = 1; ; wait = Math.min(wait * 2, longestWaitSeconds)) {
            let asked = 0;
            try {
                asked = await attempt();
                if (asked === null) return;
            } catch {
                // No network, or an answer that was cut short: not certain, so once more.
            }
            status.textContent = status.dataset.waiting;
            await pause(Math.max(wait, Math.min(asked, longestWaitSeconds)) * (0.75 + Math.random() / 2));
        }
    };

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        hurry();
        send();
    });

    if (form.dataset.confirm === "now") {
        send();
    } else if (form.dataset.confirm === "sign") {
        const noticed = (event) => {
            if (!event.isTrusted || document.visibilityState !== "visible" || document.prerendering) return;
            for (const sign of signs) document.removeEventListener(sign, noticed, true);
            send();
        };
        for (const sign of signs) document.addEventListener(sign, noticed, { capture: true, passive: true });
    }
})();

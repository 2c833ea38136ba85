// Adds what unfold and select2 leave out: every control is reached by keyboard and has a name, in parts that
// appear later too.
(() => {
    const NATIVE = "a[href], button, input, select, textarea, summary, label";
    const words = () => document.getElementById("vx-words")?.dataset ?? {};
    const NAMES = {
        close: "close", search: "search", filter_list: "filters", visibility: "password", visibility_off: "password",
        light_mode: "theme", dark_mode: "theme", computer: "theme", unfold_more: "account",
    };

    function clickable(element) {
        if (element.matches(NATIVE) || element.id === "changelist-filter-close") return;
        if (!element.hasAttribute("role")) element.setAttribute("role", "button");
        if (!element.hasAttribute("tabindex")) element.tabIndex = 0;
    }

    function icon(element) {
        const control = element.closest("a, button, [role=button]");
        const text = (control ?? element).textContent.replace(element.textContent, "").trim();
        if (control && !text && !control.hasAttribute("aria-label")) {
            const meaning = NAMES[element.textContent.trim()] ?? "more";
            control.setAttribute("aria-label", element.title || control.title || words()[meaning] || meaning);
        }
        if (element !== control) element.setAttribute("aria-hidden", "true");
    }

    // Fields in the rows of a table are named by their column; select2's by the label of its select.
    function field(element) {
        const cell = element.closest("td[data-label]");
        if (cell && !element.labels?.length) element.setAttribute("aria-label", cell.dataset.label);
    }

    function picker(box) {
        const select = box.closest(".select2")?.previousElementSibling;
        const name = select?.labels?.[0]?.textContent.trim() || select?.getAttribute("aria-label")
            || box.closest("td[data-label]")?.dataset.label;
        if (!name) return;
        box.setAttribute("aria-label", name.replace(/[:*]\s*$/, ""));
        // A select of several has a field to type in.
        box.querySelector(".select2-search__field")?.setAttribute("aria-label", name.replace(/[:*]\s*$/, ""));
        const value = box.querySelector(".select2-selection__rendered");
        box.removeAttribute("aria-labelledby");
        for (const extra of ["role", "aria-readonly"]) value?.removeAttribute(extra);
        if (value?.id && box.getAttribute("aria-describedby") !== value.id) box.setAttribute("aria-describedby", value.id);
    }

    function improve(root) {
        const all = (selector, change) => {
            if (root.matches?.(selector)) change(root);
            root.querySelectorAll(selector).forEach(change);
        };
        all("[x-on\\:click]", clickable);
        all(".material-symbols-outlined", icon);
        all("td[data-label] input:not([type=hidden]), td[data-label] select, td[data-label] textarea", field);
        all(".select2-selection", picker);
    }

    document.addEventListener("DOMContentLoaded", () => {
        improve(document);
        if (!document.querySelector("main")) document.getElementById("page")?.setAttribute("role", "main");
        new MutationObserver((changes) => {
            for (const change of changes) {
                for (const node of change.addedNodes) if (node.nodeType === Node.ELEMENT_NODE) improve(node);
            }
        }).observe(document.body, {childList: true, subtree: true});
    });

    document.addEventListener("keydown", (event) => {
        const control = event.target;
        if (!(control instanceof Element) || !control.matches("[role=button][x-on\\:click]")) return;
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        control.click();
    });
})();

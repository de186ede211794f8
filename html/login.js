/*
 * Hints while a new password is typed, and a button that prints.  Without it
 * everything works as well: the server decides, and browsers can print.
 */

"use strict";

(function () {
    const button = document.querySelector("[data-print]");

    if (!button) {
        return;
    }

    button.addEventListener("click", function () {
        window.print();
    });

    button.hidden = false;
}());

(function () {
    const password = document.getElementById("password");
    const verify = document.getElementById("password_verify");
    const reveal = document.querySelector("[data-reveal]");

    if (!password || !verify || !reveal) {
        return;
    }

    const least = Number(password.dataset.min) || 0;

    function live(name) {
        return document.querySelector("[data-live=" + name + "]");
    }

    /* characters as the server counts them, more or less */

    function look() {
        const typed = Array.from(password.value.normalize("NFKC"));
        const left = least - typed.length;

        live("short").hidden = password.value === "" || left <= 0;
        live("short").querySelector("[data-count]").textContent = left;
        live("enough").hidden = password.value === "" || left > 0;
        live("differs").hidden = verify.value === ""
            || verify.value === password.value;
    }

    const box = reveal.querySelector("input");

    box.addEventListener("change", function () {
        password.type = verify.type = box.checked ? "text" : "password";
    });

    /* browsers must not keep them as what was typed into text fields */

    password.form.addEventListener("submit", function () {
        password.type = verify.type = "password";
    });

    password.addEventListener("input", look);
    verify.addEventListener("input", look);

    reveal.hidden = false;
}());

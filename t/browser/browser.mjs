/* Chromium, as Debian has it. */

import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";


const options = {
    executablePath: process.env.LOGIN_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--disable-dev-shm-usage"],
    timeout: 120_000
};


/* For emulateMedia(): colours are what they shall be, and not on the way. */

export const still = { reducedMotion: "reduce" };


/* "args" are further arguments of Chromium's. */

export const launch = (args = []) =>
    chromium.launch({ ...options, args: [...options.args, ...args] });


/* One that keeps what it knows in "folder", as people's browsers do. */

export const open = (folder) =>
    chromium.launchPersistentContext(folder, options);


/* Puts what the page complains of into "list": scripts, styles, CSP. */

export function complaints(page, list) {
    page.on("pageerror", (error) => list.push(String(error)));

    page.on("dialog", (dialog) => {
        list.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });

    page.on("console", (message) => {

        /* a status of 4xx is an error to the console */

        if (["error", "warning"].includes(message.type())
            && !/^Failed to load resource: .* status of [45]/
                .test(message.text()))
        {
            list.push(message.text());
        }
    });

    return list;
}


/* Fills in the sign-in form and sends it. */

export async function signIn(page, username, password) {
    await page.fill("#username", username);
    await page.fill("#password", password);

    await Promise.all([
        page.waitForEvent("load"),
        page.click("button[type=submit]")
    ]);
}


/* Moves on with the keyboard until "selector" has the focus. */

export async function tabTo(page, selector) {
    for (let i = 0; i < 30; i++) {
        const there = await page.evaluate(
            (s) => document.activeElement?.matches(s), selector);

        if (there) {
            return;
        }

        await page.keyboard.press("Tab");
    }

    throw new Error(`the keyboard does not get to "${selector}"`);
}


/* What is wrong with a page's HTML. */

export async function invalid(html) {
    const report = await new HtmlValidate(
        { extends: ["html-validate:standard"] }).validateString(html);

    return report.results.flatMap((r) => r.messages).map((m) =>
        `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);
}


/* What people would have to scroll sideways for. */

export async function sticksOut(page) {
    return page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        const wide = [...document.querySelectorAll("body *")]
            .filter((e) => e.getBoundingClientRect().right > width + 0.5
                           && getComputedStyle(e).position !== "absolute")
            .map((e) => e.outerHTML.slice(0, 80));

        return document.documentElement.scrollWidth > width
            ? ["the page scrolls", ...wide] : wide;
    });
}

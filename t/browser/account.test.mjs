/*
 * My Account: a walk by keyboard alone, one without JavaScript, and names of
 * any kind in any width, in both colour schemes.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";

import { complaints, launch, signIn, tabTo } from "./browser.mjs";
import { serve } from "./server.mjs";


const password = "correct horse battery staple";
const people = ["ann", "bob", "cid"].map((name) => `${name}@example.com`);

const names = [
    "x".repeat(400),
    "<b>bold</b><script>document.title = 1</script> & co",
    "\u202egnp.exe \u2067\u05d0\u05d1\u05d2",
    "\u{1f469}\u200d\u{1f680}\u{1f1e9}\u{1f1ea}"
];

let server, browser;


before(async () => {
    server = await serve({
        accounts: Object.fromEntries(people.map((name) => [name, password])),
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
                location / {
                    default_type text/html;
                    return 200 "<!doctype html><title>in</title>";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


async function account(who, options) {
    const context = await browser.newContext(options);
    const page = await context.newPage();

    page.wrong = complaints(page, []);
    await page.goto(`${server.origin}/login/account`);
    await signIn(page, who, password);
    assert.equal(await kind(page), "account");

    return page;
}


const kind = (page) => page.locator("body").getAttribute("data-page");
const told = (page) => page.locator("[role=status]").first().innerText();


/* Moves to it, and presses Enter. */

async function enter(page, selector) {
    await tabTo(page, selector);
    await Promise.all([
        page.waitForEvent("load"),
        page.keyboard.press("Enter")
    ]);
}


test("by keyboard alone", async () => {
    const other = await account(people[0]);
    const page = await account(people[0]);

    /* what is first is the way out, then the forms in their order */

    await tabTo(page, "#name");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Ann Boleyn");
    await page.keyboard.press("Enter");
    await page.waitForURL("**what=name**");
    assert.match(await told(page), /Your name has been changed/);
    assert.equal(await page.inputValue("#name"), "Ann Boleyn");

    await enter(page, "form:has([value=end]) button");
    assert.match(await told(page), /signed out there/);
    await other.goto(`${server.origin}/login/account`);
    assert.equal(await kind(other), "signin");

    assert.match(await page.locator("main").innerText(),
                 /Chrome on Linux\s+This browser/);

    await enter(page, "form[action$=logout] button");
    assert.equal(await kind(page), "signin");

    assert.deepEqual(page.wrong, []);
    await page.context().close();
    await other.context().close();
});


test("without JavaScript", async () => {
    const others = [await account(people[1]), await account(people[1])];
    const page = await account(people[1], { javaScriptEnabled: false });

    await page.fill("#name", "Bob");
    await page.click("text=Save name");
    assert.match(await told(page), /Your name has been changed/);
    await page.click("text=Sign out everywhere else");
    assert.match(await told(page), /signed out there/);

    for (const other of others) {
        await other.goto(`${server.origin}/`);
        assert.equal(await kind(other), "signin");
        await other.context().close();
    }

    await page.click("text=Go to your apps");
    assert.equal(await kind(page), "apps");
    await page.context().close();
});


test("a name that cannot be kept is said at the field", async () => {
    const page = await account(people[1]);

    await page.evaluate(() => {
        document.getElementById("name").form.noValidate = true;
    });
    await page.fill("#name", "");
    await Promise.all([
        page.waitForEvent("load"),
        page.click("text=Save name")
    ]);

    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.evaluate(() => document.activeElement.id),
                 "errors");
    assert.equal(await page.getAttribute("#name", "aria-invalid"), "true");
    assert(await page.locator(`#${await page.getAttribute(
        "#name", "aria-describedby")}`).isVisible());
    await page.context().close();
});


test("from right to left what is behind stands on the left", async () => {
    const page = await account(people[0], { locale: "ar" });

    const [time, address] = await page.evaluate(() =>
        [...document.querySelectorAll(".rows:last-of-type li:first-child span")]
            .map((e) => e.getBoundingClientRect().toJSON()));

    assert.equal(time.top, address.top);
    assert(time.left >= address.right, "the date is read first");

    const [label, username] = await page.evaluate(() => {
        const input = document.getElementById("username");

        return [input.labels[0], input]
            .map((e) => getComputedStyle(e).textAlign);
    });

    assert.equal(label, "start");
    assert.equal(username, "right");
    await page.context().close();
});


for (const [i, name] of names.entries()) {
    test(`name ${i}: text, and the layout stays whole`, async () => {
        await server.cli("user", "set", people[2], "--name", name);

        const other = await account(people[2]);
        const page = await account(people[2]);

        assert.equal(await page.title(), "My account");
        assert.equal(await page.inputValue("#name"), name);

        for (const width of [320, 768, 1440]) {
            await page.setViewportSize({ width, height: 800 });
            assert(await page.evaluate(
                () => document.documentElement.scrollWidth
                      <= document.documentElement.clientWidth),
                   `${width} px`);
        }

        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });

            const found = (await new AxeBuilder({ page }).analyze())
                .violations;

            assert.deepEqual(found.flatMap((v) =>
                v.nodes.map((n) => `${v.id}: ${n.html}`)), []);
        }

        const report = await new HtmlValidate(
            { extends: ["html-validate:standard"] })
            .validateString(await (await page.reload()).text());

        assert.deepEqual(report.results.flatMap((r) => r.messages)
            .map((m) => `${m.ruleId}: ${m.message}`), []);
        assert.deepEqual(page.wrong, []);
        await page.context().close();
        await other.context().close();
    });
}

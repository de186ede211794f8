/* The whole way in a real browser. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { complaints, launch, open, signIn, tabTo } from "./browser.mjs";
import { elsewhere, serve } from "./server.mjs";


const ann = "ann@example.com";
const password = "correct horse battery staple";
const link = "/deep/link?a=1&b=%20x%2Fy&c=%C3%A9";

let server, browser;


before(async () => {
    server = await serve({
        accounts: { [ann]: password },
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }

                location / {
                    default_type text/plain;
                    return 200 "$login_user at $request_uri";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


const text = (page) => page.locator("body").innerText();
const kind = (page) => page.locator("body").getAttribute("data-page");

const session = async (context) =>
    (await context.cookies(server.origin))
        .find((cookie) => cookie.name === "login");


test("from a deep link to signing out, by keyboard", async () => {
    const folder = await mkdtemp(join(tmpdir(), "login-browser-"));

    try {
        let context = await open(folder);
        let page = await context.newPage();

        await page.goto(server.origin + link);
        assert.equal(await kind(page), "signin");

        /* the username has the focus without a click */

        await page.waitForFunction(
            () => document.activeElement.id === "username");
        await page.keyboard.type(ann);
        await page.keyboard.press("Tab");
        await page.keyboard.type(password);
        await page.keyboard.press("Enter");

        await page.waitForURL(server.origin + link);
        assert.equal(await text(page), `${ann} at ${link}`);

        const cookie = await session(context);

        assert.equal(cookie.httpOnly, true);
        assert.equal(cookie.sameSite, "Lax");
        assert.equal(cookie.path, "/");

        await context.close();

        /* the next day */

        context = await open(folder);
        page = await context.newPage();

        await page.goto(server.origin + link);
        assert.equal(page.url(), server.origin + link);
        assert.equal(await text(page), `${ann} at ${link}`);

        await page.goto(server.origin + "/login/");
        assert.equal(await kind(page), "apps");

        await tabTo(page, "form button");
        await page.keyboard.press("Enter");
        await page.waitForURL(server.origin + "/login/");
        assert.equal(await kind(page), "signin");
        assert.equal(await session(context), undefined);

        await page.goto(server.origin + link);
        assert.equal(await kind(page), "signin");

        await context.close();

        /* whoever kept the cookie has nothing */

        for (let i = 0; i < 20; i++) {
            const response = await fetch(server.origin + link, {
                headers: { Cookie: `login=${cookie.value}` },
                redirect: "manual"
            });

            assert.equal(response.status, 401);
            assert.equal((await response.json()).error, "login_required");
        }

    } finally {
        await rm(folder, { recursive: true, force: true });
    }
});


test("on a shared computer nothing is left when it closes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "login-browser-"));

    try {
        let context = await open(folder);
        let page = await context.newPage();

        await page.goto(server.origin + link);
        await page.check("#shared");
        await signIn(page, ann, password);
        assert.equal(page.url(), server.origin + link);
        assert.equal((await session(context)).expires, -1);

        await context.close();

        context = await open(folder);
        page = await context.newPage();

        await page.goto(server.origin + link);
        assert.equal(await kind(page), "signin");

        await context.close();

    } finally {
        await rm(folder, { recursive: true, force: true });
    }
});


test("without JavaScript", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();

    await page.goto(server.origin + link);
    await signIn(page, ann, "wrong");
    assert.equal(await kind(page), "signin");
    assert.match(await page.getByRole("alert").innerText(), /don't match/);
    assert.equal(await page.inputValue("#username"), ann);
    assert.equal(await page.inputValue("#password"), "");

    await signIn(page, ann, password);
    assert.equal(page.url(), server.origin + link);

    await page.goto(server.origin + "/login/logout");
    await Promise.all([
        page.waitForEvent("load"),
        page.getByRole("button", { name: "Sign out" }).click()
    ]);
    assert.equal(await kind(page), "signin");

    await context.close();
});


test("after a mistake the message has the focus", async () => {
    const page = await browser.newPage();
    const wrong = complaints(page, []);

    await page.goto(server.origin + "/login/");
    await signIn(page, ann, "wrong");

    await page.waitForFunction(
        () => document.activeElement.getAttribute("role") === "alert");

    /* and leads to the field */

    await tabTo(page, "a[href='#password']");
    await page.keyboard.press("Enter");
    await page.waitForFunction(
        () => document.activeElement.id === "password");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.waitForURL(server.origin + "/login/apps");

    assert.deepEqual(wrong, []);
    await page.context().close();
});


test("what people type stays text", async () => {
    const page = await browser.newPage();
    const wrong = complaints(page, []);

    for (const name of [
        "<script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "\" onfocus=\"alert(1)\" autofocus=\"",
        "\"><img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "'\"></title></style></textarea><script>alert(1)</script>",
        "</form><form action=//evil.example><input name=password>",
        "\"><math><mtext></form><form><mglyph><style></math>"
            + "<img src onerror=x>",
        "<!--",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "{{7*7}}${7*7}",
        "&lt;script&gt;alert(1)&lt;/script&gt;"
    ]) {
        await page.goto(server.origin + "/login/?return_to="
                        + encodeURIComponent("/x?" + name));
        await signIn(page, name, name);

        assert.equal(await page.inputValue("#username"), name);
        assert.deepEqual(await page.evaluate(() => [
            document.scripts.length,
            document.forms.length,
            document.images.length,
            document.querySelectorAll("form [name=username]").length,
            document.querySelectorAll("form [name=password]").length,
            [...document.querySelectorAll("*")]
                .flatMap((e) => e.getAttributeNames())
                .filter((a) => a.startsWith("on")).length
        ]), [0, 2, 0, 1, 1, 0]);
    }

    assert.deepEqual(wrong, []);
    await page.context().close();
});


test("forms of other sites do nothing", async () => {
    const other = await elsewhere(`
        <form id="out" method="post" action="${server.origin}/login/logout">
        </form>
        <form id="in" method="post" action="${server.origin}/login/">
        <input name="username" value="${ann}">
        <input name="password" value="${password}">
        </form>`);
    const context = await browser.newContext();
    const page = await context.newPage();

    const send = async (form) => {
        await page.goto(other.url);
        await Promise.all([
            page.waitForURL(server.origin + "/**"),
            page.evaluate((id) => document.forms[id].submit(), form)
        ]);
    };

    /* nobody is signed in by them */

    await send("in");
    assert.equal(await kind(page), "signin");
    assert.match(await page.getByRole("alert").innerText(), /L11/);
    assert.equal(await session(context), undefined);

    /* nor with our cookies there already */

    await page.goto(server.origin + "/login/");
    await send("in");
    assert.equal(await session(context), undefined);

    /* but the form that came with the refusal works */

    await signIn(page, ann, password);
    assert.equal(await kind(page), "apps");

    /* nor is anybody signed out */

    await send("out");
    await page.goto(server.origin + link);
    assert.equal(await text(page), `${ann} at ${link}`);

    await context.close();
    other.close();
});


test("pages are not shown in frames", async () => {
    const other = await elsewhere(
        `<iframe src="${server.origin}/login/"></iframe>`);
    const page = await browser.newPage();
    const wrong = complaints(page, []);

    await page.goto(other.url);

    const frame = page.frames()[1];

    assert.equal(await frame.locator("#password").count(), 0);
    assert.match(wrong.join("\n"), /frame-ancestors 'none'/);

    await page.context().close();
    other.close();
});

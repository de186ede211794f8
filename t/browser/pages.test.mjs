/*
 * Every page as a browser shows it: valid HTML, nothing for axe to find in
 * light and dark, no scrolling sideways when it is narrow or enlarged.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { complaints, invalid, launch, signIn, sticksOut, still }
    from "./browser.mjs";
import { serve } from "./server.mjs";


const ann = "ann@example.com";
const password = "correct horse battery staple";

let server, browser;


before(async () => {
    server = await serve({
        accounts: { [ann]: password },
        limit: "login_limit attempts=1;",
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
                location / { return 200 "here"; }
                location /admin { login_require role=admin; return 200 ""; }

                location = /open {
                    login off;
                    default_type text/html;
                    return 200 "<!doctype html><title>Open</title>";
                }
            }`
    });

    await server.cli("user", "set", ann, "--name",
                     "Ann Żółć-Wolfeschlegelsteinhausenbergerdorff");

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


const go = (page, path) => page.goto(server.origin + path);


/* Sends a form of our own making. */

async function post(page, path, { enctype, ...fields } = {}) {
    await go(page, "/open");

    const [response] = await Promise.all([
        page.waitForResponse((r) => r.request().method() === "POST"),
        page.waitForEvent("load"),
        page.evaluate(({ path, enctype, fields }) => {
            const form = document.createElement("form");

            form.method = "post";
            form.action = path;
            form.enctype = enctype ?? "";

            for (const [name, value] of Object.entries(fields)) {
                const input = document.createElement("input");

                input.name = name;
                input.value = value;
                form.append(input);
            }

            document.body.append(form);
            form.submit();
        }, { path, enctype, fields })
    ]);

    return response;
}


/* Fills in the form of a new password, by the names of its fields. */

async function renew(page, fields) {
    for (const [id, value] of Object.entries(fields)) {
        await page.fill(`#${id}`, value);
    }

    await Promise.all([
        page.waitForEvent("load"),
        page.click("form:has(#password_verify) button[type=submit]")
    ]);
}


const resetLink = async () =>
    (await server.cli("user", "password", ann, "--link")).trim();


/* [what, data-page, signed in?, how to get there] */

const pages = [
    ["sign-in", "signin", false, (page) => go(page, "/login/")],

    ["sign-in, wrong", "signin", false, async (page) => {
        await go(page, "/x?y");
        await page.check("#shared");
        await signIn(page, "x".repeat(200), "wrong");
    }],

    ["sign-in, throttled", "signin", false, async (page) => {
        await go(page, "/login/");
        await signIn(page, "nobody", "wrong");
        await signIn(page, "nobody", "wrong");
        assert.match(await page.locator("[role=alert]").innerText(),
                     /too many.*Code L23/is);
    }],

    ["sign-in, forged", "signin", false, (page) =>
        post(page, "/login/", { username: ann, password })],

    ["sign-in, incomplete", "signin", false, async (page) => {
        await go(page, "/login/");
        await page.evaluate(() => { document.forms[0].noValidate = true; });
        await signIn(page, ann, "");
    }],

    ["sign-in, to switch", "signin", true, (page) =>
        go(page, "/login/?switch=1")],

    ["sign-in, once more", "signin", true, (page) =>
        go(page, "/login/?need=login")],

    ["apps", "apps", true, (page) => go(page, "/login/apps")],
    ["account", "account", true, (page) => go(page, "/login/account")],

    ["account, weak", "account", true, async (page) => {
        await go(page, "/login/account");
        await page.check("#keep_others");
        await renew(page, { password_current: password, password: "short",
                            password_verify: "short" });
        assert.match(await page.locator("[role=alert]").innerText(),
                     /too short.*Code L33/is);
    }],

    ["account, two that differ", "account", true, async (page) => {
        await go(page, "/login/account");
        await renew(page, { password_current: password,
                            password: "one of two passwords",
                            password_verify: "two of two passwords" });
    }],

    ["account, changed", "account", true, async (page) => {
        await go(page, "/login/account");
        await renew(page, { password_current: password, password,
                            password_verify: password });
        assert.match(await page.locator("[role=status]").innerText(),
                     /has been changed/);
    }],

    ["account, wrong", "account", true, async (page) => {
        await go(page, "/login/account");
        await renew(page, { password_current: "wrong", password,
                            password_verify: password });
        await server.cli("user", "unlock", ann);
    }],

    ["forgot", "forgot", false, (page) => go(page, "/login/forgot")],

    ["forgot, sent", "forgot-sent", false, (page) =>
        go(page, "/login/forgot?sent=1")],

    ["reset", "reset", false, async (page) =>
        page.goto(await resetLink())],

    ["reset, weak", "reset", false, async (page) => {
        await page.goto(await resetLink());
        await renew(page, { password: "x".repeat(40),
                            password_verify: "x".repeat(40) });
    }],

    ["reset, done", "signin", false, async (page) => {
        await page.goto(await resetLink());
        await renew(page, { password, password_verify: password });
        assert.match(await page.locator("[role=status]").innerText(),
                     /has been changed/);
    }],

    ["invalid link", "invalid-link", false, (page) =>
        go(page, `/login/reset/${"A".repeat(43)}`)],

    ["sign-out", "logout", true, (page) => go(page, "/login/logout")],

    ["sign-out, forged", "logout", true, (page) =>
        post(page, "/login/logout", { csrf: "x" })],

    ["denied", "denied", true, (page) => go(page, "/admin")],

    ["expired", "expired", false, (page) =>
        post(page, "/form", { text: "kept" })],

    ["not found", "not-found", false, (page) => go(page, "/login/none")],

    ["not found, signed in", "not-found", true, (page) =>
        go(page, "/login/none")],

    ["error, too large", "error", false, (page) =>
        post(page, "/login/", { username: "x".repeat(20_000) })],

    ["error, another type", "error", false, (page) =>
        post(page, "/login/", { enctype: "text/plain", username: ann })],

    ["error, method", "error", true, (page) => post(page, "/login/apps")]
];


for (const [what, kind, signedIn, reach] of pages) {
    test(what, async (t) => {
        const context = await browser.newContext({ colorScheme: "light" });
        const page = await context.newPage();
        const wrong = complaints(page, []);
        let html;

        page.on("response", async (response) => {
            if (response.request().isNavigationRequest()
                && response.status() < 300 || response.status() >= 400)
            {
                html = response.text().catch(() => undefined);
            }
        });

        if (signedIn) {
            await go(page, "/login/");
            await signIn(page, ann, password);
        }

        await reach(page);

        assert.equal(await page.locator("body").getAttribute("data-page"),
                     kind);
        assert.deepEqual(wrong, []);

        await t.test(`${what}: valid HTML`, async () => {
            assert.match(await html, /data-page/);
            assert.deepEqual(await invalid(await html), []);
        });

        await t.test(`${what}: accessible`, async () => {
            const found = (await new AxeBuilder({ page }).analyze())
                .violations;

            await page.emulateMedia({ colorScheme: "dark", ...still });

            /* colours pass over, and count when they have arrived */

            await page.evaluate(async () => {
                await new Promise((done) => requestAnimationFrame(
                    () => requestAnimationFrame(done)));
                await Promise.all(document.getAnimations()
                    .map((animation) => animation.finished));
            });

            found.push(...(await new AxeBuilder({ page })
                .withRules(["color-contrast"]).analyze()).violations);

            await page.emulateMedia({ colorScheme: "light", ...still });

            assert.deepEqual(found.flatMap((v) =>
                v.nodes.map((n) => `${v.id}: ${n.html}`)), []);
        });

        await t.test(`${what}: narrow and enlarged`, async () => {

            /* 320 px is 1280 px at 400 % */

            await page.setViewportSize({ width: 320, height: 256 });
            assert.deepEqual(await sticksOut(page), []);

            /* text alone twice as large */

            await page.setViewportSize({ width: 640, height: 512 });
            await page.evaluate(() => {
                document.documentElement.style.fontSize = "200%";
            });
            assert.deepEqual(await sticksOut(page), []);
        });

        await context.close();
    });
}


test("the two colour schemes differ", async () => {
    const page = await browser.newPage();
    const colours = [];

    await go(page, "/login/");

    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, ...still });
        colours.push(await page.evaluate(
            () => getComputedStyle(document.body).backgroundColor));
    }

    assert.notEqual(colours[0], colours[1]);
    await page.context().close();
});

/* Makes docs/signin.png, the picture in README.md. */

import { fileURLToPath } from "node:url";

import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";


const file = fileURLToPath(new URL("../../docs/signin.png", import.meta.url));

const server = await serve({
    accounts: { "ann@example.com": "correct horse battery staple" },
    http: `
        server {
            listen 127.0.0.1:%%PORT%%;
            server_name localhost;

            location /login/ { login_portal; }
        }`
});

const browser = await launch();
const page = await browser.newPage({
    viewport: { width: 1000, height: 700 },
    colorScheme: "light"
});

await page.goto(`${server.origin}/login/`);
await page.fill("#username", "ann@example.com");
await page.focus("#password");
await page.screenshot({ path: file, caret: "initial" });

await browser.close();
await server.stop();

console.log(file);

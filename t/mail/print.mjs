/* A relay that prints what it gets, for scripts/demo: node print.mjs PORT */

import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";


const visible = (text) => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "?");


const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,

    onData(stream, session, answer) {
        simpleParser(stream).then(({ to, subject, text }) => {
            const rule = "-".repeat(72);

            console.log(visible(`\n${rule}\nTo: ${to.text}\n`
                                + `Subject: ${subject}\n\n${text}${rule}`));
            answer(null, "printed");
        }, answer);
    },
});

server.on("error", ({ message }) => console.error(message));
server.listen(Number(process.argv[2]), "127.0.0.1");


/* What mails say in a preview. */

#include "login_cli_sample.h"

#include <string.h>


/* 2026-11-24 21:07 UTC */
#define LOGIN_CLI_MAIL_NOW      1795554420

#define LOGIN_CLI_MAIL_SITE     "login.example.com"
#define LOGIN_CLI_MAIL_LINK     "https://login.example.com/login/"
#define LOGIN_CLI_MAIL_TOKEN    "c2FtcGxlIG9mIGEgbGluaywgd2hpY2ggd29ya3Mgbm90"


static const char *login_cli_mail_detail(login_mail_kind_e kind);
static const char *login_cli_mail_url(login_mail_kind_e kind);
static void login_cli_mail_rows(login_mail_row_t *rows, login_str_t title);


const char *const  login_cli_mail_variants[LOGIN_CLI_MAILS] = {
    "", "bare", "hostile"
};

const login_mail_sender_t  login_cli_mail_sender = {
    LOGIN_CLI_MAIL_SITE, "Acme Corporation <login@acme.example>"
};


void
login_cli_sample_mail(login_mail_t *mail, login_mail_row_t *rows,
    login_mail_kind_e kind, login_cli_mail_e variant)
{
    login_str_t  evil;

    memset(mail, 0, sizeof(login_mail_t));

    mail->kind = kind;
    mail->to = login_cstr("ann@example.com");
    mail->username = mail->to;
    mail->detail = login_cstr(login_cli_mail_detail(kind));
    mail->url = login_cstr(login_cli_mail_url(kind));

    if (variant == LOGIN_CLI_MAIL_BARE) {
        return;
    }

    mail->name = login_cstr("Ann Example");
    mail->org = login_cstr("acme");
    mail->title = login_cstr("Acme Corporation");
    mail->address = login_cstr("192.0.2.7");
    mail->when = LOGIN_CLI_MAIL_NOW;
    mail->expires = LOGIN_CLI_MAIL_NOW + 86400;

    if (variant == LOGIN_CLI_MAIL_HOSTILE) {
        evil = login_cstr(LOGIN_CLI_SAMPLE_EVIL);

        mail->username = evil;
        mail->name = evil;
        mail->title = evil;
        mail->detail = evil;
    }

    if (kind == LOGIN_MAIL_ACCOUNTS) {
        login_cli_mail_rows(rows, mail->title);

        mail->rows = rows;
        mail->nrows = LOGIN_MAIL_ROWS;
    }
}


static const char *
login_cli_mail_detail(login_mail_kind_e kind)
{
    switch (kind) {

    case LOGIN_MAIL_RENAMED:
        return "ann.example@example.com";

    case LOGIN_MAIL_DEVICE_ADDED:
    case LOGIN_MAIL_DEVICE_REMOVED:
        return "My phone";

    case LOGIN_MAIL_RECOVERY_USED:
        return "8";

    default:
        return "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 "
               "Firefox/140.0";
    }
}


static const char *
login_cli_mail_url(login_mail_kind_e kind)
{
    switch (kind) {

    case LOGIN_MAIL_INVITATION:
        return LOGIN_CLI_MAIL_LINK "invite/" LOGIN_CLI_MAIL_TOKEN;

    case LOGIN_MAIL_RESET:
        return LOGIN_CLI_MAIL_LINK "reset/" LOGIN_CLI_MAIL_TOKEN;

    case LOGIN_MAIL_RECOVERY_USED:
        return LOGIN_CLI_MAIL_LINK "account";

    case LOGIN_MAIL_EXISTS:
        return LOGIN_CLI_MAIL_LINK;

    default:
        return LOGIN_CLI_MAIL_LINK "forgot";
    }
}


/* One of each kind. */

static void
login_cli_mail_rows(login_mail_row_t *rows, login_str_t title)
{
    login_mail_row_t  *row;

    memset(rows, 0, LOGIN_MAIL_ROWS * sizeof(login_mail_row_t));

    row = &rows[LOGIN_MAIL_ROW_RESET];

    row->title = title;
    row->url = login_cstr(LOGIN_CLI_MAIL_LINK "reset/" LOGIN_CLI_MAIL_TOKEN);

    row = &rows[LOGIN_MAIL_ROW_INVITATION];

    row->title = login_cstr("Example Foundation");
    row->url = login_cstr(LOGIN_CLI_MAIL_LINK "invite/" LOGIN_CLI_MAIL_TOKEN);

    row = &rows[LOGIN_MAIL_ROW_SSO];

    row->title = login_cstr("Contoso");
    row->url = login_cstr(LOGIN_CLI_MAIL_LINK "?org=contoso");
    row->text = login_cstr("Contoso ID");

    rows[LOGIN_MAIL_ROW_RESET].kind = LOGIN_MAIL_ROW_RESET;
    rows[LOGIN_MAIL_ROW_INVITATION].kind = LOGIN_MAIL_ROW_INVITATION;
    rows[LOGIN_MAIL_ROW_SSO].kind = LOGIN_MAIL_ROW_SSO;
}

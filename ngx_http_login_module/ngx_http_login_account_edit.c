
/*
 * What people change on the page "account" without a new password: their
 * name, and where they are signed in.  Who signed in long ago does so again
 * first: an open session must not be enough to take over an account.
 */

#include "ngx_http_login_module.h"


/* So long (s) a sign-in is enough for a change. */
#define NGX_HTTP_LOGIN_FRESH       900
#define NGX_HTTP_LOGIN_EDIT_TRIES  16


typedef enum {
    NGX_HTTP_LOGIN_EDIT_NAME = 0,
    NGX_HTTP_LOGIN_EDIT_END,
    NGX_HTTP_LOGIN_EDIT_END_OTHERS,
    NGX_HTTP_LOGIN_EDITS
} ngx_http_login_edit_e;

typedef struct {
    ngx_http_login_edit_e    what;
    ngx_uint_t               tries;
    ngx_uint_t               users;         /* tasks that release it */
    u_char                   account[LOGIN_ID_LEN];
    u_char                   own[LOGIN_ID_LEN];
    u_char                   session[LOGIN_ID_LEN];
    size_t                   len;
    u_char                   name[LOGIN_FULLNAME_MAX];
} ngx_http_login_edit_t;

typedef struct {
    ngx_http_login_edit_t   *edit;
    login_changes_t         *changes;
} ngx_http_login_edit_walk_t;


static ngx_int_t ngx_http_login_edit_read(ngx_http_login_edit_t *edit,
    const login_form_t *form);
static ngx_int_t ngx_http_login_edit_write(ngx_http_request_t *r,
    ngx_http_login_edit_t *edit);
static login_result_e ngx_http_login_edit_build(ngx_http_login_edit_t *edit,
    login_changes_t *changes, login_view_t *view);
static login_result_e ngx_http_login_edit_other(void *data,
    const login_session_t *session);
static void ngx_http_login_edit_done(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_edit_release(void *data);


static const char *const  ngx_http_login_edit_actions[] = {
    "name", "end", "end-others"
};

static const login_log_kind_e  ngx_http_login_edit_kinds[] = {
    LOGIN_LOG_PROFILE_CHANGED, LOGIN_LOG_SESSION_ENDED,
    LOGIN_LOG_SESSIONS_ENDED
};

static const char *const  ngx_http_login_edit_pages[] = {
    "account?what=name&", "account?what=ended&", "account?what=ended&"
};


ngx_int_t
ngx_http_login_account_edit(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_identity_t *identity)
{
    ngx_int_t               rc;
    ngx_uint_t              what;
    login_str_t             action;
    ngx_http_login_edit_t  *edit;

    action = login_form_get(form, "action");

    for (what = 0; what < NGX_HTTP_LOGIN_EDITS; what++) {
        if (login_str_eq(action,
                         login_cstr(ngx_http_login_edit_actions[what])))
        {
            break;
        }
    }

    if (what == NGX_HTTP_LOGIN_EDITS) {
        return NGX_DECLINED;
    }

    rc = ngx_http_login_edit_fresh(r, identity);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    edit = ngx_calloc(sizeof(ngx_http_login_edit_t), r->connection->log);
    if (edit == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    edit->what = what;
    edit->users = 1;

    ngx_memcpy(edit->account, identity->ticket.account, LOGIN_ID_LEN);
    ngx_memcpy(edit->own, identity->session, LOGIN_ID_LEN);

    rc = ngx_http_login_edit_read(edit, form) == NGX_OK
         ? ngx_http_login_edit_write(r, edit)
         : ngx_http_login_account_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                       LOGIN_REASON_MALFORMED);

    if (rc != NGX_DONE) {
        ngx_http_login_edit_release(edit);
    }

    return rc;
}


ngx_int_t
ngx_http_login_edit_fresh(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity)
{
    return ngx_time() - (time_t) identity->ticket.auth_time
           < NGX_HTTP_LOGIN_FRESH ? NGX_DECLINED
                                  : ngx_http_login_flow_stale(r);
}


static ngx_int_t
ngx_http_login_edit_read(ngx_http_login_edit_t *edit, const login_form_t *form)
{
    login_str_t  s;

    switch (edit->what) {

    case NGX_HTTP_LOGIN_EDIT_NAME:
        s = login_form_get(form, "name");

        if (s.len == 0 || login_register_name(s) != LOGIN_OK) {
            return NGX_DECLINED;
        }

        ngx_memcpy(edit->name, s.data, s.len);
        edit->len = s.len;

        return NGX_OK;

    case NGX_HTTP_LOGIN_EDIT_END:

        /* this one ends by signing out, which takes the cookie as well */

        if (login_hex_decode(edit->session, LOGIN_ID_LEN,
                             login_form_get(form, "session"))
            != LOGIN_OK
            || ngx_memcmp(edit->session, edit->own, LOGIN_ID_LEN) == 0)
        {
            return NGX_DECLINED;
        }

        return NGX_OK;

    default:
        return NGX_OK;
    }
}


static ngx_int_t
ngx_http_login_edit_write(ngx_http_request_t *r, ngx_http_login_edit_t *edit)
{
    ngx_int_t                 rc;
    login_result_e            result;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    changes = login_changes_create();

    if (worker == NULL || changes == NULL
        || login_view_begin(worker->view) != LOGIN_OK)
    {
        login_changes_destroy(changes);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    result = ngx_http_login_edit_build(edit, changes, worker->view);

    login_view_end(worker->view);

    if (result != LOGIN_OK) {
        login_changes_destroy(changes);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_keep(r, worker, changes, edit->account,
                        ngx_http_login_edit_kinds[edit->what]);

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_edit_done, edit,
                                    ngx_http_login_edit_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_INTERNAL);
}


static login_result_e
ngx_http_login_edit_build(ngx_http_login_edit_t *edit,
    login_changes_t *changes, login_view_t *view)
{
    login_result_e              rc;
    login_account_t             account;
    ngx_http_login_edit_walk_t  walk;

    switch (edit->what) {

    case NGX_HTTP_LOGIN_EDIT_NAME:
        rc = login_account_get(&account, view, edit->account);

        if (rc == LOGIN_OK) {
            account.name = login_str(edit->name, edit->len);
            login_account_update(changes, &account);
        }

        return rc;

    case NGX_HTTP_LOGIN_EDIT_END:
        login_changes_urgent(changes);
        login_session_end(changes, edit->account, edit->session);

        return LOGIN_OK;

    default:
        login_changes_urgent(changes);

        walk.edit = edit;
        walk.changes = changes;

        return login_session_walk(view, edit->account,
                                  ngx_http_login_edit_other, &walk);
    }
}


static login_result_e
ngx_http_login_edit_other(void *data, const login_session_t *session)
{
    ngx_http_login_edit_walk_t *walk = data;

    if (ngx_memcmp(session->id, walk->edit->own, LOGIN_ID_LEN) != 0) {
        login_session_end(walk->changes, session->account, session->id);
    }

    return LOGIN_OK;
}


static void
ngx_http_login_edit_done(ngx_http_request_t *r, void *data, login_result_e rc)
{
    ngx_http_login_edit_t *edit = data;

    ngx_int_t  result;

    if (rc == LOGIN_NO && ++edit->tries < NGX_HTTP_LOGIN_EDIT_TRIES) {

        /* another change came first: what it left is looked at anew */

        edit->users++;

        result = ngx_http_login_edit_write(r, edit);

        if (result == NGX_DONE) {
            return;
        }

        edit->users--;

    } else if (rc != LOGIN_OK) {
        result = ngx_http_login_error(r, rc == LOGIN_NO ? LOGIN_REASON_BUSY
                                                        : LOGIN_REASON_STORE);

    } else {
        ngx_http_login_event(r, ngx_http_login_edit_kinds[edit->what], NULL);

        result = ngx_http_login_notice_leave(r,
                                      ngx_http_login_edit_pages[edit->what],
                                      edit->account);
    }

    ngx_http_finalize_request(r, result);
}


static void
ngx_http_login_edit_release(void *data)
{
    ngx_http_login_edit_t *edit = data;

    if (--edit->users == 0) {
        ngx_free(edit);
    }
}

#!/usr/bin/perl

# Requests that pages of other sites make people's browsers send (C13): links
# work, forms do nothing, whatever they would have done; and nothing is done
# by a method that is not meant for it.  See form.t for how a form is proved
# to be ours.

use strict;
use warnings;

use JSON::PP;

use Login::Http2;
use Login::Test;


my $password = 'correct horse battery staple';
my ($ann, $mallory) = map { "$_\@example.com" } qw(ann mallory);

my $other = 'the words of mallory';
my $t = Login::Test->new(
    accounts => { $ann => $password, $mallory => $other },
    http     => 'login_hash memory=1m passes=1;',
);

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}

# TLS ends in front of these

server {
    listen 127.0.0.1:%%PORT_lax%%;
    server_name lax.example;
    login_cookie samesite=lax;
    login_portal_url https://lax.example/login/;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}

server {
    listen 127.0.0.1:%%PORT_strict%%;
    server_name strict.example;
    login_cookie samesite=strict;
    login_portal_url https://strict.example/login/;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}

server {
    listen 127.0.0.1:%%PORT_none%%;
    server_name none.example;
    login_cookie samesite=none;
    login_portal_url https://none.example/login/;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}

server {
    listen 127.0.0.1:%%PORT_plain%%;
    server_name plain.example;
    login_cookie samesite=strict;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "in: $login_user"; }
}
END

my $origin = 'http://localhost:' . $t->port;
my $evil = 'http://evil.example';


# What a form could change; when it was asked for is no matter.

sub state_of {
    my $sessions = decode_json($t->cli_ok('--json', 'session', 'list'));
    my $users = decode_json($t->cli_ok('--json', 'user', 'list'));

    delete $_->{seen} for @$sessions;

    return JSON::PP->new->canonical->encode(
        [ [ sort map { JSON::PP->new->canonical->encode($_) } @$sessions ],
          $users ]);
}


sub signed_in {
    my ($who, %opt) = @_;

    my $browser = $t->browser(%opt);
    my $r = $browser->sign_in($who, $who eq $ann ? $password : $other);

    is $r->status, 303, "$who is signed in";

    return $browser;
}


# --- links from elsewhere

my %links = (
    'a link on another site' => {
        'Sec-Fetch-Site' => 'cross-site', Referer => "$evil/" },
    'a link in a mail' => {
        'Sec-Fetch-Site' => 'cross-site', 'Sec-Fetch-User' => '?1' },
    'a link on a neighbour' => {
        'Sec-Fetch-Site' => 'same-site', Referer => 'http://localhost:1/' },
    'an address that was typed' => { 'Sec-Fetch-Site' => 'none' },
    'an opaque origin' => {
        'Sec-Fetch-Site' => 'cross-site', Origin => 'null' },
    'a redirect from there' => {
        'Sec-Fetch-Site' => 'cross-site', Origin => $evil },
    'an older browser' => { map { $_ => undef } 'Sec-Fetch-Site',
        'Sec-Fetch-Mode', 'Sec-Fetch-Dest' },
);

for my $what (sort keys %links) {
    my %headers = (headers => $links{$what});
    my $browser = signed_in($ann);

    for my $method (qw(GET HEAD)) {
        my $r = $browser->request($method, '/deep/link?a=b', %headers);

        is $r->status, 200, "$what, $method: in";
        is $r->body, $method eq 'GET' ? "in: $ann" : '', 'as who one is';
    }

    is $browser->get('/login/apps', %headers)->page, 'apps',
        "$what: a page of the portal";
    is $browser->get('/login/?return_to=/x', %headers)->location,
        "$origin/x", 'and the way on from it';

    my $stranger = $t->browser;
    my $r = $stranger->get('/deep/link?a=b', %headers);

    is $r->status, 302, "$what, signed out: to the portal";

    $r = $stranger->get($r->location, %headers);
    is $r->page, 'signin', 'whose page comes';
    is $stranger->submit($r, { username => $ann, password => $password })
        ->location, "$origin/deep/link?a=b", 'and leads back';
}


# --- forms from elsewhere

my %elsewhere = (
    'cross-site'      => { 'Sec-Fetch-Site' => 'cross-site', Origin => $evil },
    'no origin'       => { 'Sec-Fetch-Site' => 'cross-site', Origin => undef },
    'an opaque one'   => { 'Sec-Fetch-Site' => 'cross-site',
                           Origin => 'null' },
    'ours, they say'  => { 'Sec-Fetch-Site' => 'cross-site',
                           Origin => $origin },
    'same-site'       => { 'Sec-Fetch-Site' => 'same-site',
                           Origin => 'http://localhost:1' },
    'an older browser, another origin'
                      => { 'Sec-Fetch-Site' => undef, Origin => $evil },
    'an older browser, an opaque one'
                      => { 'Sec-Fetch-Site' => undef, Origin => 'null' },
    'a script'        => { 'Sec-Fetch-Site' => 'cross-site', Origin => $evil,
                           'Sec-Fetch-Mode' => 'cors', Accept => '*/*' },
    'a frame'         => { 'Sec-Fetch-Site' => 'cross-site', Origin => $evil,
                           'Sec-Fetch-Dest' => 'iframe' },
);

# The forms of all pages that somebody comes across, by where they lead.

sub forms_of {
    my ($browser) = @_;

    my %forms;

    for my $path ('', '?switch=1', '?need=login', 'apps', 'account', 'logout',
                  'none')
    {
        my $page = $browser->get("/login/$path");

        for my $form (grep { $_->{method} eq 'POST' } $page->forms) {
            my $url = $browser->resolve($form->{action} // '', $page->url);

            $forms{ $url->{path} =~ s/\?.*//sr } //= $form->{fields};
        }
    }

    return \%forms;
}


my %filled = (username => $mallory, password => $other, switch => 1,
    password_current => $password, password_verify => $other);

for my $who ($ann, undef) {
    my $browser = defined $who ? signed_in($who) : $t->browser;
    my $shown = $who // 'nobody';

    $browser->get('/login/');

    my $forms = forms_of($browser);

    is_deeply [ sort keys %$forms ],
        [ '/login/', defined $who ? '/login/account' : (), '/login/language',
          defined $who ? '/login/logout' : () ],
        "$shown: the forms of the portal";

    # a csrf of this browser's is more than others can know

    my $before = state_of();

    for my $path (sort keys %$forms) {
        for my $what (sort keys %elsewhere) {
            my $copy = $browser->clone;
            my $r = $copy->post($path, { %{ $forms->{$path} }, %filled },
                                headers => $elsewhere{$what});

            is $r->status, 403, "$shown, $path, $what: refused";
            is $r->cookie('login'), undef, 'no session, and none taken away';
            is $r->header('Clear-Site-Data'), undef, 'nothing is cleared';
            is $r->header('Access-Control-Allow-Origin'), undef,
                'and nobody else may read it';

            is $copy->get('/')->body =~ /^in: (.*)/ ? $1 : undef, $who,
                'one is who one was';
        }

        # the same over HTTP/2

        my $http2 = Login::Http2->new($t->port('h2'));
        my $cookies = join '; ', map { "$_=" . $browser->cookie($_) }
            grep { defined $browser->cookie($_) } qw(login login_browser);

        for my $more ([ [ 'sec-fetch-site', 'cross-site' ] ],
                      [ [ 'origin', $evil ] ], [ [ 'origin', 'null' ] ],
                      [ [ 'sec-fetch-site', 'same-site' ],
                        [ 'origin', $origin ] ])
        {
            my $r = $http2->wait($http2->start([
                [ ':method', 'POST' ], [ ':scheme', 'http' ],
                [ ':path', $path ],
                [ ':authority', 'localhost:' . $t->port ],
                [ 'content-type', 'application/x-www-form-urlencoded' ],
                [ 'cookie', $cookies ], @$more,
            ], body => Login::Browser::encode({ %{ $forms->{$path} },
                                                %filled })));

            is $r->status, 403, "$shown, $path, HTTP/2, "
                . join(', ', map { "@$_" } @$more);
        }
    }

    is state_of(), $before, "$shown: the store is as it was";

    # paths that are to have forms: whatever they answer, nothing is done

    for my $path (qw(options region register forgot reset mfa mfa/setup
                     account language apps session invite/x sso/x))
    {
        my $r = $browser->clone->post("/login/$path",
            { csrf => $forms->{'/login/'}{csrf}, return_to => '/x' },
            headers => $elsewhere{'cross-site'});

        like $r->status, qr/^4(?:0[345]|10)$/, "$shown, $path: refused";
        is scalar(grep { $_->{name} eq 'login' } $r->cookies), 0,
            'and no session';
    }

    is state_of(), $before, "$shown: the store is still as it was";

    # and the same forms, from our own page

    is $browser->post('/login/', { %{ $forms->{'/login/'} }, %filled })->status,
        303, "$shown: our own form is taken";
    is $browser->get('/')->body, "in: $mallory", 'which changes who one is';
    isnt state_of(), $before, 'and the store';
}


# --- signed in as somebody else, unknowingly

{
    # a cookie of mallory's, put into the browser by a neighbouring host, and
    # the form that goes with it

    my $theirs = $t->browser;
    my $csrf = $theirs->get('/login/')->csrf;
    my $before = state_of();

    for my $what (sort keys %elsewhere) {
        my $victim = $t->browser;

        $victim->cookie('login_browser', $theirs->cookie('login_browser'));

        my $r = $victim->post('/login/', { csrf => $csrf, %filled },
                              headers => $elsewhere{$what});

        is $r->status, 403, "with a cookie put in, $what: refused";
        is $victim->cookie('login'), undef, 'nobody is signed in';
    }

    # twice, as where the neighbour's is sent beside our own

    my $victim = $t->browser;

    $victim->get('/login/');

    my $own = $victim->cookie('login_browser');
    my $put = $theirs->cookie('login_browser');

    for my $cookies ("login_browser=$own; login_browser=$put",
                     "login_browser=$put; login_browser=$own")
    {
        my $r = $victim->post('/login/', { csrf => $csrf, %filled },
            headers => { Cookie => $cookies, 'Sec-Fetch-Site' => undef,
                         Origin => undef });

        is $r->status, 403, 'two cookies of a browser are none';
    }

    is state_of(), $before, 'the store is as it was';
}


# --- by other methods

{
    my $browser = signed_in($ann);
    my $forms = forms_of($browser);
    my $before = state_of();

    for my $path (sort keys %$forms) {
        my %fields = (%{ $forms->{$path} }, %filled);
        my $form = Login::Browser::encode(\%fields);

        for my $method (qw(PUT DELETE OPTIONS PATCH PROPFIND MOVE COPY FOO
                           LOCK))
        {
            for my $headers ({ }, $elsewhere{'cross-site'},
                             { 'X-HTTP-Method-Override' => 'POST' })
            {
                my $r = $browser->clone->request($method, $path,
                    body => $form, headers => $headers);

                is $r->status, 405, "$method $path";
                is $r->header('Allow'), $path =~ /language$/ ? 'POST'
                    : 'GET, HEAD, POST', 'says what is';
                is scalar($r->cookies), 0, 'and changes no cookie';

                is $browser->clone->request($method, "$path?$form",
                    headers => $headers)->status, 405, 'nor by its query';
            }
        }

        # reading is no change, whatever the query says

        for my $method (qw(GET HEAD)) {
            for my $headers ({ }, $elsewhere{'cross-site'},
                             { 'X-HTTP-Method-Override' => 'POST' })
            {
                my $r = $browser->clone->request($method, "$path?$form",
                                                 headers => $headers);

                is $r->cookie('login'), undef, "$method $path: no session";

                $r = $browser->clone->request($method, $path, body => $form,
                                              headers => $headers);
                is $r->cookie('login'), undef, 'nor with a body';
                is $r->header('Clear-Site-Data'), undef, 'nothing cleared';
            }
        }

        is $browser->clone->request($_, $path, body => $form)->status,
            $_ eq 'TRACE' ? 405 : 400, "$_ $path" for qw(TRACE post Post);
    }

    is state_of(), $before, 'the store is as it was';
    is $browser->get('/')->body, "in: $ann", 'and so is who one is';

    # may another site read, or ask whether it may?

    for my $path ('/login/session', '/login/', '/login/logout', '/') {
        for my $method (qw(GET OPTIONS)) {
            my $r = $browser->request($method, $path, headers => {
                Origin => $evil, 'Sec-Fetch-Site' => 'cross-site',
                'Sec-Fetch-Mode' => 'cors', Accept => '*/*',
                'Access-Control-Request-Method' => 'POST',
                'Access-Control-Request-Headers' => 'x' });

            is join(' ', grep { /^access-control/i }
                    map { $_->[0] } $r->headers), '',
                "$method $path: not shared with another origin";
        }
    }
}


# --- SameSite, as configured

for my $site (qw(lax strict none plain)) {
    my $scheme = $site eq 'plain' ? 'http' : 'https';
    my $browser = $t->browser(scheme => $scheme, host => "$site.example",
                              port => $t->port($site));
    my $prefix = $site eq 'plain' ? '' : '__Host-';
    my $named = ucfirst($site eq 'plain' ? 'strict' : $site);
    my $r = $browser->sign_in($ann, $password);

    is $r->status, 303, "$site: signed in";
    is $r->cookie("${prefix}login")->{attributes}{samesite}, $named,
        'the session is as configured';
    is $r->cookie("${prefix}login_browser")->{attributes}{samesite}, 'Lax',
        'what names the browser is not';

    my $own = $scheme . '://' . $browser->host_of($r->url);
    my $page = $browser->get('/login/logout');
    my $form = $page->form('csrf');

    # whatever browsers send along, the portal's forms are refused

    for my $headers (values %elsewhere) {
        my %headers = %$headers;

        $headers{Origin} = $own if ($headers{Origin} // '') eq $origin;

        is $browser->clone->submit($page, { }, form => $form,
                                   headers => \%headers)->status, 403,
            "$site: a form from elsewhere is refused";
    }

    is $browser->get('/')->body, "in: $ann", "$site: still signed in";

    # with SameSite=None, forms reach applications, whose business they are

    is $browser->post('/x', { a => 'b' },
                      headers => $elsewhere{'cross-site'})->status, 200,
        "$site: a form to an application, with the cookie";
    is $browser->clone->post('/x', { a => 'b' }, headers => {
            %{ $elsewhere{'cross-site'} }, Cookie => undef })->page, 'expired',
        "$site: and without";

    $r = $browser->submit($page, { }, form => $form);

    is $r->status, 303, "$site: signed out";
    is $r->cookie("${prefix}login")->{attributes}{samesite}, $named,
        'the cookie that takes it away is of the same kind';
}


done_testing;

#!/usr/bin/perl

# Applications behind the gate, by each of nginx's protocols: nothing of them
# is seen, and nothing reaches them, without a session; neither directly nor
# by the redirects that they ask for.

use strict;
use warnings;

use Login::Backend;
use Login::Kinds;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . '/html';
$t->write_file('html/file.txt', "canary of a file\n");
$t->write_file('html/open.txt', "open file\n");

# answers with what it was sent, and notes that it was; "accel" and "status"
# are taken from the query

Login::Backend->application($t, $t->expand(<<'END'));
use strict;
use warnings;

sub {
    my ($env) = @_;

    my %query = map { s/%([0-9a-f]{2})/chr hex $1/gier }
        map { split /=/, $_, 2 } split /&/, $env->{QUERY_STRING};
    my $body = '';

    $env->{'psgi.input'}->read($body, 1 << 20);

    open my $log, '>>', '%%DIR%%/reached.log' or die $!;
    print $log "$env->{REQUEST_METHOD} $env->{REQUEST_URI} "
        . length($body) . "\n";
    close $log;

    return [ $query{status} // 200,
             [ 'Content-Type' => 'text/plain',
               $query{accel} ? ('X-Accel-Redirect' => $query{accel}) : () ],
             [ "canary of an application\n$env->{REQUEST_METHOD} "
               . length($body) . "\n" ] ];
};
END

Login::Backend->memcached($t, { '/memcached/a' => "canary in the memory\n" });

my %pass = (
    proxy     => 'proxy_pass http://unix:%%DIR%%/http.sock;',
    fastcgi   => 'fastcgi_pass unix:%%DIR%%/fastcgi.sock;'
                 . ' include /etc/nginx/fastcgi_params;',
    uwsgi     => 'uwsgi_pass unix:%%DIR%%/uwsgi.sock;'
                 . ' include /etc/nginx/uwsgi_params;',
    scgi      => 'scgi_pass unix:%%DIR%%/scgi.sock;'
                 . ' include /etc/nginx/scgi_params;',
);

my @applications = sort keys %pass;

my $locations = $t->write_file('locations.conf', $t->expand(join '',
    (map { "location /$_/ { $pass{$_} }\n" } @applications), <<'END'));

location /memcached/ {
    set $memcached_key $uri;
    memcached_pass unix:%%DIR%%/memcached.sock;
}
END

# open, with redirects into what is not, and the other way round

my $redirects = $t->expand(join '', map { <<"END" } @applications);
location /open-$_/ { login off; $pass{$_} }
location /missing-$_/ {
    login off;
    $pass{$_}
    ${_}_intercept_errors on;
    error_page 404 418 = /secret/file.txt;
    error_page 500 = \@secret;
}
location /down-$_/ {
    login off;
    ${\($pass{$_} =~ s/(\w+)\.sock/nobody.sock/r)}
    error_page 502 504 = /secret/file.txt;
}
END

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;
    client_max_body_size 100k;

    include $locations;
    $redirects

    location /login/ { login_portal; }
    location /secret/ { alias %%DIR%%/html/; }
    location \@secret { root %%DIR%%/html; rewrite ^ /file.txt break; }
    location \@application {
        fastcgi_pass unix:%%DIR%%/fastcgi.sock;
        fastcgi_param REQUEST_METHOD \$request_method;
        fastcgi_param REQUEST_URI /application;
        fastcgi_param CONTENT_LENGTH \$content_length;
        fastcgi_param QUERY_STRING "";
    }
    location /given/ { internal; login off; alias %%DIR%%/html/; }

    location /copied/ { mirror /copy; $pass{uwsgi} }
    location = /copy { internal; login off; $pass{scgi} }
    location /asks/ { login off; auth_request /asked; alias %%DIR%%/html/; }
    location = /asked { internal; $pass{proxy} }

    location /missing-memcached/ {
        login off;
        set \$memcached_key \$uri;
        memcached_pass unix:%%DIR%%/memcached.sock;
        error_page 404 405 = /secret/file.txt;
    }
}

server {
    listen 127.0.0.1:%%PORT_any%%;
    listen 127.0.0.1:%%PORT_any_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;
    login on;
    satisfy any;
    deny all;

    include $locations;
}

server {
    listen 127.0.0.1:%%PORT_open%%;
    listen 127.0.0.1:%%PORT_open_h2%% http2;
    server_name localhost;
    include $locations;
}
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login');


sub ask {
    my ($method, $uri, $port, $body, @lines) = @_;

    push @lines, 'Content-Length: ' . length $body if defined $body;

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . join('', map { "$_\r\n" } @lines) . "\r\n"
                   . ($body // ''), port => $port);
}


# What has reached the applications: all of it, or what is behind "mark".

sub reached { substr $t->read_file('reached.log'), $_[0] // 0 }
sub mark    { length reached() }


# --- each behind the gate

for my $name (@applications) {
    my $uri = "/$name/a";
    my $long = 'x' x 70000;

    for my $port ('', 'any') {
        my $mark = mark();

        sealed($t, $uri, port => $port);
        is reached($mark), '', "$name: nothing has reached it";

        is ask('GET', $uri, $port, undef, $session)->body,
            "canary of an application\nGET 0\n", "$name: with a session";
        is ask('PUT', $uri, $port, $long, $session)->body,
            "canary of an application\nPUT 70000\n", "$name: and a body";

        my ($answer) = ask_h2($t, $uri, [ [ '', 'POST', [ $session ], 'abc' ] ],
                              port => $port);

        like $answer, qr/canary of an application\nPOST 3\n$/,
            "$name: with a session, HTTP/2";
    }

    is ask('GET', $uri, 'open')->body, "canary of an application\nGET 0\n",
        "$name: without a gate";

    my $connection = $t->connection;

    $connection->send("POST $uri HTTP/1.1\r\nHost: localhost\r\n$session\r\n"
                      . "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    is $connection->response(continue => 1)->status, 100,
        "$name: with a session, 100 Continue";
    $connection->send('hello');
    is $connection->response->body, "canary of an application\nPOST 5\n",
        "$name: and what follows";
}

for my $port ('', 'any') {
    sealed($t, "/memcached/$_", port => $port) for qw(a none);
    is ask('GET', '/memcached/a', $port, undef, $session)->body,
        "canary in the memory\n", 'memcached: with a session';
    is ask('GET', '/memcached/none', $port, undef, $session)->status, 404,
        'memcached: with a session, what is not there';
}

is ask('GET', '/memcached/a', 'open')->body, "canary in the memory\n",
    'memcached: without a gate';


# --- redirects into what is gated

for my $name (@applications) {
    my @cases = (
        [ "/open-$name/?accel=/secret/file.txt", "canary of a file\n" ],
        [ "/open-$name/?accel=\@secret", "canary of a file\n" ],
        [ "/missing-$name/?status=404", "canary of a file\n" ],
        [ "/missing-$name/?status=418", "canary of a file\n" ],
        [ "/missing-$name/?status=500", "canary of a file\n" ],
        [ "/missing-$name/?accel=/open-$name/%3faccel%3d/secret/file.txt",
          "canary of a file\n" ],
        [ "/down-$name/", "canary of a file\n" ],
    );

    for my $case (@cases) {
        my ($uri, $body) = @$case;

        # it waits for the body before it redirects

        sealed($t, $uri, except => qr/^Expect/);
        is ask('GET', $uri, '', undef, $session)->body, $body,
            "$uri: with a session";
    }

    # a named location keeps the method

    my $uri = "/open-$name/?accel=\@application";
    my $mark = mark();

    is ask('PUT', $uri, '', 'abc')->status, 401, "$uri: refused";
    is reached($mark), "PUT $uri 3\n", "$uri: no further than the open one";

    is ask('PUT', $uri, '', 'abc', $session)->body,
        "canary of an application\nPUT 3\n", "$uri: with a session";
    is reached($mark), "PUT $uri 3\n" x 2 . "PUT /application 3\n",
        "$uri: and there it is";
}

sealed($t, '/missing-memcached/none', except => qr/^Expect/);
is ask('GET', '/missing-memcached/none', '', undef, $session)->body,
    "canary of a file\n", 'memcached: what is not there, with a session';


# --- and out of it

for my $name (@applications) {
    my $uri = "/$name/?accel=/given/open.txt";
    my $mark = mark();

    sealed($t, $uri, canary => qr/canary|open file/);
    is reached($mark), '', "$uri: nothing has reached it";
    is ask('GET', $uri, '', undef, $session)->body, "open file\n",
        "$uri: with a session";
}


# --- beside it

{
    my $mark = mark();

    sealed($t, '/copied/x');
    sealed($t, '/asks/file.txt', canary => qr/canary|open file/);
    is reached($mark), '', 'mirror, auth_request: nothing has reached them';

    is ask('POST', '/copied/x', '', 'abc', $session)->body,
        "canary of an application\nPOST 3\n", 'mirror: with a session';

    my $both = "POST /copied/x 3\n" x 2;

    wait_for(sub { reached($mark) eq $both });
    is reached($mark), $both, 'mirror: both have got the body';

    is ask('GET', '/asks/open.txt', '', undef, $session)->body,
        "open file\n", 'auth_request: with a session';
    is reached($mark), "${both}GET /asked 0\n",
        'auth_request: which the application has confirmed';
}


done_testing;

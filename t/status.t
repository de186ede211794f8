#!/usr/bin/perl

# login_status: numbers that Prometheus' own parser takes, of all workers,
# over reloads; and where the directive may stand.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my $ann = 'ann@example.com';

my $server = <<'END';
login_hash memory=1m passes=1;

server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name localhost;
    root %%DIR%%/html;
    login on;

    location /login/ { login_portal; }
    location = /pid { login off; return 200 $pid; }

    location = /status { login_status; }
    location = /denied { login_status; deny all; }

    location /around/ {
        login_status;
        location /around/inner/ { }
        location = /around/status { login_status; }
        if ($arg_if) { set $x 1; }
        limit_except GET HEAD { }
    }
}
END

my $t = Login::Test->new(accounts => { $ann => $password });

mkdir $t->dir . '/html';
$t->run($server);


# The numbers, as the client library of Prometheus for Python reads them.

my $parser = $t->write_file('parse.py', <<'END');
import json, sys
from prometheus_client.parser import text_string_to_metric_families

found = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.documentation, family.name
    assert family.type in ('counter', 'gauge'), family.name
    for sample in family.samples:
        name = sample.name + ''.join(
            ' ' + sample.labels[k] for k in sorted(sample.labels))
        assert name not in found, name
        found[name] = [family.type, sample.value]
print(json.dumps(found))
END


sub numbers {
    my ($browser, $path) = @_;

    my $response = $browser->get($path // '/status');

    is $response->status, 200, 'answers';

    $t->write_file('status.txt', $response->body);

    my $json = `/usr/bin/python3 $parser < @{[ $t->dir ]}/status.txt`;

    is $?, 0, 'is well-formed' or diag $response->body;

    return decode_json($json);
}


sub events {
    my ($name, $result) = @_;

    return numbers($t->browser)
        ->{"nginx_login_events_total $name $result"}[1];
}


my $response = $t->browser->get('/status');

is $response->header('Content-Type'),
    'text/plain; version=0.0.4; charset=utf-8', 'says what it is';

my $numbers = numbers($t->browser);
my @events = grep { /^nginx_login_events_total / } keys %$numbers;

ok @events > 10, 'counts events';
is scalar(grep { $numbers->{$_}[1] != 0 } @events), 0, 'none so far';
is scalar(grep { $numbers->{$_}[0] ne 'counter' } @events), 0, 'by counters';
ok !(grep { /account_/ } @events), 'but not what others do';

is $numbers->{nginx_login_store_up}[1], 1, 'the store is there';
ok $numbers->{nginx_login_store_used_bytes}[1] > 0, 'something is in it';
ok $numbers->{nginx_login_store_map_bytes}[1]
    >= $numbers->{nginx_login_store_file_bytes}[1], 'and fits';
ok $numbers->{nginx_login_disk_free_bytes}[1] > 0, 'as it does on the disk';

# a worker that has just started still reads the store through

for my $name (qw(hash_queued hash_running writer_queued)) {
    ok wait_for(sub { numbers($t->browser)->{"nginx_login_$name"}[1] eq '0' }),
        "$name";
}


# --- of all workers

my $connections = $t->worker_connections('/pid');

is scalar(keys %$connections), 2, 'two workers';

for my $pid (sort keys %$connections) {
    my $browser = $t->browser;

    $browser->sign_in($ann, 'wrong') for 1 .. 5;
}

is events('signin_wrong', 'refused'), 10, 'all that failed';
is $t->browser->sign_in($ann, $password)->status, 303, 'signs in';
is events('signin', 'ok'), 1, 'and is counted';

for my $pid (sort keys %$connections) {
    my $connection = $connections->{$pid};

    $connection->send("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    like $connection->response->body,
        qr/^nginx_login_events_total\{event="signin_wrong",.*\} 10$/m,
        'the same in each';
}

$t->reload;
is events('signin_wrong', 'refused'), 10, 'also after a reload';


# --- methods

is $t->browser->post('/status', { a => 'b' })->status, 405, 'nothing to post';

$response = $t->browser->head('/status');
is $response->status, 200, 'HEAD';
is $response->body, '', 'has no body';
ok $response->header('Content-Length') > 500, 'but its length';


# --- where it stands

is $t->browser->get('/denied')->status, 403, 'guarded by addresses';
is $t->browser->get('/around/x')->status, 200, 'a prefix';
is $t->browser->get('/around/status')->status, 200, 'another inside';
is $t->browser->get('/around/inner/')->status, 302,
    'what is inside is behind the gate';
is $t->browser->get('/around/x?if=1')->status, 302, 'an "if" as well';
is $t->browser->get('/')->status, 302, 'as is the rest';

for ([ 'login_status on;', qr/invalid number of arguments/ ],
     [ 'login_status; login_status;', qr/"login_status" directive is dupl/ ],
     [ 'login_status; login on;', qr/must not be in location "\/x"/ ],
     [ 'login_status; login optional;', qr/must not be in location "\/x"/ ],
     [ 'login_status; login_require role=a;', qr/must not be in location/ ],
     [ 'stub_status; login_status;', qr/must not be beside another one/ ],
     [ 'login_status; stub_status;', qr/must not be beside another one/ ]) {

    my ($lines, $message) = @$_;

    $t->conf_error("server { listen 127.0.0.1:1; login_portal_url"
        . " http://127.0.0.1:1/login/; location /login/ { login_portal; }\n"
        . " location = /x { $lines } }", $message, $lines);
}

$t->conf_ok('server { listen 127.0.0.1:1; login_portal_url'
    . ' http://127.0.0.1:1/login/; location /login/ { login_portal; }'
    . ' location = /x { login off; login_status; } }', 'off is what it is');

$t->conf_error('server { login_status; }',
    qr/"login_status" directive is not allowed/, 'not in a server');


# --- without a gate there is nothing to count

$t->reload('server { listen 127.0.0.1:%%PORT%%; location = /status {
    login_status; } }');
$numbers = numbers($t->browser);
is $numbers->{nginx_login_store_up}[1], 0, 'no store';

$t->stop;

done_testing();

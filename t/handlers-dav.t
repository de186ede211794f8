#!/usr/bin/perl

# What WebDAV would change behind the gate: without a session nothing, not a
# file, a folder, nor a body kept on its way; neither directly nor by
# redirects that keep the method.

use strict;
use warnings;

use File::Find;
use File::Path qw(make_path remove_tree);

use Login::Http2;
use Login::Kinds;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    http     => 'login_hash memory=1m passes=1;',
);

my $html = $t->dir . '/html';
my $bodies = $t->dir . '/body';

my $dav = <<'END';
    root %%DIR%%/html;
    dav_methods PUT DELETE MKCOL COPY MOVE;
    create_full_put_path on;
    client_body_in_file_only on;
    client_max_body_size 1m;
END

$t->run(<<"END");
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location /dav/ { $dav }

    # the method is kept on the way to a named location

    location /error/ { login off; error_page 405 = \@dav; root %%DIR%%/html; }
    location /try/ { login off; try_files /none \@dav; }
    location /code/ { login off; error_page 418 = \@dav; return 418; }
    location /accel/ {
        login off;
        proxy_pass http://127.0.0.1:%%PORT_app%%;
    }
    location /last/ { login off; rewrite ^/last/(.*) /dav/\$1 last; }
    location \@dav { $dav rewrite ^/\\w+/(.*) /dav/\$1 break; }

    location /asked/ {
        login off;
        auth_request /auth;
        rewrite ^/\\w+/(.*) /dav/\$1 break;
        $dav
    }
    location = /auth { return 204; }
}

server {
    listen 127.0.0.1:%%PORT_any%%;
    listen 127.0.0.1:%%PORT_any_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;

    location /dav/ { login on; satisfy any; deny all; $dav }
}

server {
    listen 127.0.0.1:%%PORT_except%%;
    listen 127.0.0.1:%%PORT_except_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;

    location /dav/ { limit_except GET { login on; } $dav }
}

server {
    listen 127.0.0.1:%%PORT_open%%;
    listen 127.0.0.1:%%PORT_open_h2%% http2;
    server_name localhost;
    login_portal_url http://localhost:%%PORT%%/login/;

    location /dav/ { $dav }
    location /apart/ { login on; root %%DIR%%/apart; }
}

server {
    listen 127.0.0.1:%%PORT_app%%;
    add_header X-Accel-Redirect \@dav;
    location / { return 204; }
}
END


# --- the folder

sub fill {
    remove_tree($html, $t->dir . '/apart', glob "$bodies/*");
    make_path("$html/dav/folder", $t->dir . '/apart');

    $t->write_file('html/dav/file.txt', "canary of a file\n");
    $t->write_file('html/dav/folder/file.txt', "canary in a folder\n");

    my ($uid, $gid) = (getpwnam Login::Test::workers_user())[2, 3];

    find(sub { chown $uid, $gid, $_ }, $html, $t->dir . '/apart');
}


# Each file with its content, each folder, each body that was kept.

sub tree {
    my %tree;

    find({ no_chdir => 1, wanted => sub {
        $tree{$_} = -d $_ ? 'folder' : $t->read_file($_);
    } }, $html, $t->dir . '/apart', $bodies);

    return \%tree;
}


my $destination = 'Destination: http://localhost/dav/other.txt';

# name, status, method, path below the location, lines, body

my @changes = (
    [ 'a new file', 201, 'PUT', 'new.txt', [ ], 'new' ],
    [ 'over a file', 204, 'PUT', 'file.txt', [ ], 'new' ],
    [ 'a new folder', 201, 'PUT', 'a/b/c.txt', [ ], 'new' ],
    [ 'nothing', 201, 'PUT', 'empty.txt', [ ], '' ],
    [ 'a long file', 201, 'PUT', 'long.txt', [ ], 'x' x 300000 ],
    [ 'MKCOL', 201, 'MKCOL', 'made/' ],
    [ 'COPY', 204, 'COPY', 'file.txt', [ $destination ] ],
    [ 'COPY over a file', 204, 'COPY', 'file.txt',
      [ 'Destination: http://localhost/dav/folder/file.txt',
        'Overwrite: T' ] ],
    [ 'COPY a folder', 201, 'COPY', 'folder/',
      [ 'Destination: http://localhost/dav/copy/', 'Depth: infinity' ] ],
    [ 'MOVE', 204, 'MOVE', 'file.txt', [ $destination ] ],
    [ 'MOVE a folder', 201, 'MOVE', 'folder/',
      [ 'Destination: http://localhost/dav/moved/' ] ],
    [ 'DELETE', 204, 'DELETE', 'file.txt' ],
    [ 'DELETE a folder', 204, 'DELETE', 'folder/', [ 'Depth: infinity' ] ],
);

# HTTP/1.1 only

my @old_changes = (
    [ 'chunked', 201, 'PUT', 'chunked.txt',
      [ 'Transfer-Encoding: chunked' ], "3\r\nnew\r\n0\r\n\r\n" ],
    [ 'not waiting for 100', 201, 'PUT', 'expect.txt',
      [ 'Expect: 100-continue' ], 'new' ],
);


# Who has a session goes on after "100 Continue".

sub send_h1 {
    my ($change, $uri, $port, @more) = @_;

    my ($name, $status, $method, $path, $lines, $body) = @$change;

    return ask_h1($t, $uri . $path, [ $name, $method, $lines, $body ],
                  port => $port, lines => \@more, continue => @more ? 0 : 1);
}


sub send_h2 {
    my ($change, $uri, $port, @more) = @_;

    my ($name, $status, $method, $path, $lines, $body) = @$change;

    return ask_h2($t, $uri . $path, [ [ $name, $method, $lines, $body ] ],
                  port => $port, lines => \@more);
}


sub status { (split /\r\n/, $_[0])[0] // 'none' }


# A request refused, and nothing changed.

sub unchanged {
    my ($uri, $port, @changes) = @_;

    fill();

    my $before = tree();

    for my $change (@changes) {
        is status(send_h1($change, $uri, $port)), 401,
            "$port $uri $change->[0]: refused";
        is status(send_h2($change, $uri, $port)), 401, 'also over HTTP/2'
            unless grep { $_ == $change } @old_changes;
        is_deeply tree(), $before, 'and nothing has changed';
    }
}


my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login');

for my $port ('', 'any', 'except') {
    unchanged('/dav/', $port, @changes, @old_changes);
    sealed($t, '/dav/file.txt', port => $port) if $port ne 'except';

    for my $change (@changes, @old_changes) {
        fill();

        my $before = tree();

        is status(send_h1($change, '/dav/', $port, $session)), $change->[1],
            "$port $change->[0]: with a session";
        ok !eq_hash(tree(), $before), 'which has changed';

        next if grep { $_ == $change } @old_changes;

        fill();
        is status(send_h2($change, '/dav/', $port, $session)), $change->[1],
            'with a session, HTTP/2';
        ok !eq_hash(tree(), $before), 'which has changed it as well';
    }
}

is ask_h1($t, '/dav/file.txt', [ '', 'GET' ], port => 'except') =~ /canary/,
    1, 'limit_except: what is excepted';


# --- by redirects

for my $uri (qw(/error/ /try/ /code/ /accel/ /last/ /asked/)) {
    unchanged($uri, '', @changes);

    for my $change (@changes) {
        next unless $change->[0] =~ /^(?:DELETE|a new file)$/;

        # a body that was on its way to an application is in no file
        next if $uri eq '/accel/' && $change->[2] eq 'PUT';

        fill();

        my $before = tree();

        is status(send_h1($change, $uri, '', $session)), $change->[1],
            "$uri $change->[0]: with a session";
        ok !eq_hash(tree(), $before), 'what was asked for';
    }
}


# --- the other end of COPY and MOVE

for my $change (@changes) {
    next unless $change->[2] =~ /COPY|MOVE/;

    my $to = [ @$change ];

    $to->[4] = [ map { s{/dav/}{/apart/}r } @{ $change->[4] } ];

    fill();
    send_h1($to, '/dav/', 'open');
    is join(' ', grep { m{^\Q@{[$t->dir]}\E/apart/} } keys %{ tree() }), '',
        "$change->[0]: not to where a gate has another root";
}


done_testing;

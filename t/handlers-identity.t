#!/usr/bin/perl

# What applications are told of who is signed in: the file login_params, in
# one line for every protocol, wherever it stands beside nginx's own files of
# parameters; and that nobody else can tell them.

use strict;
use warnings;

use Login::Backend;
use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(http => 'login_hash memory=1m passes=1;');

$t->add_user('ann@example.com', $password, '--name', 'Ann Underwood',
             '--email', 'ann@mail.example', '--role', 'staff',
             '--role', 'admin');

# answers with all that it was told

Login::Backend->application($t, <<'END');
use strict;
use warnings;

sub {
    my ($env) = @_;

    return [ 200, [ 'Content-Type' => 'text/plain' ],
             [ map { "$_=$env->{$_}\n" } grep { !/^psgi/ } sort keys %$env ] ];
};
END

my %pass = (
    proxy   => 'proxy_pass http://unix:%%DIR%%/http.sock;',
    fastcgi => 'fastcgi_pass unix:%%DIR%%/fastcgi.sock;',
    uwsgi   => 'uwsgi_pass unix:%%DIR%%/uwsgi.sock;',
    scgi    => 'scgi_pass unix:%%DIR%%/scgi.sock;',
);

my @protocols = sort keys %pass;
my $params = 'include %%ROOT%%/conf/login_params;';

my $locations = join '', map {
    my $own = "include /etc/nginx/${_}_params;";
    my $debian = $_ eq 'fastcgi' ? 'include /etc/nginx/fastcgi.conf;' : $own;

    <<"END"
    location /before/$_/ { $params $own $pass{$_} }
    location /after/$_/ { $own $params $pass{$_} }
    location /conf/$_/ { $debian $params $pass{$_} }
    location /without/$_/ { $own $pass{$_} }
    location /optional/$_/ { login optional; $own $params $pass{$_} }
    location /open/$_/ { login off; $own $params $pass{$_} }
    location /any/$_/ { satisfy any; allow all; $own $params $pass{$_} }
    location /named/$_/ { try_files /none \@$_; }
    location \@$_ { login off; $own $params $pass{$_} }
END
} @protocols;

my $portal = 'login_portal_url http://localhost:%%PORT%%/login/;';

$t->write_file('passwords', "root:{PLAIN}root\n");

$t->run(<<"END");
log_format who "\$request_uri \$remote_user";

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    access_log %%DIR%%/who.log who;
    set \$early \$remote_user;

    location /login/ { login_portal; }
    $locations

    location /basic {
        satisfy any;
        auth_basic x;
        auth_basic_user_file %%DIR%%/passwords;
        return 200 "\$remote_user";
    }
    location /both {
        auth_basic x;
        auth_basic_user_file %%DIR%%/passwords;
        try_files /none \@early;
    }
    location \@early { login off; return 200 "\$early \$remote_user"; }
    location /off { login off; return 200 "\$remote_user"; }
}

server {
    listen 127.0.0.1:%%PORT_underscores%%;
    server_name localhost;
    login on;
    $portal
    underscores_in_headers on;
    $locations
}

server {
    listen 127.0.0.1:%%PORT_invalid%%;
    server_name localhost;
    login on;
    $portal
    ignore_invalid_headers off;
    $locations
}
END

my $browser = $t->browser;

is $browser->sign_in('ann@example.com', $password)->status, 303, 'signed in';

my $session = 'Cookie: login=' . $browser->cookie('login') . "\r\n";

# with the ports where nginx takes them at all

my %spoofs = (
    'nothing'       => [ '', '', 'underscores', 'invalid' ],
    'Remote-User'   => [ join('', map { "Remote-$_: root\r\n" }
                              qw(User Name Email Groups Org)),
                         '', 'underscores', 'invalid' ],
    'remote-user'   => [ "remote-user: root\r\nREMOTE-GROUPS: root\r\n",
                         '', 'underscores', 'invalid' ],
    'Remote_User'   => [ join('', map { "Remote_$_: root\r\n" }
                              qw(User Name Email Groups Org)),
                         '', 'underscores', 'invalid' ],
    'Remote.User'   => [ join('', map { "Remote.$_: root\r\n" }
                              qw(User Name Email Groups Org)),
                         '', 'invalid' ],
    'Remote~User'   => [ "Remote~User: root\r\nRemote!Groups: root\r\n",
                         '', 'invalid' ],
    'Authorization' => [ "Authorization: Basic cm9vdDpyb290\r\n", '' ],
);

my %ann = (
    HTTP_REMOTE_USER   => 'ann@example.com',
    HTTP_REMOTE_NAME   => 'Ann Underwood',
    HTTP_REMOTE_EMAIL  => 'ann@mail.example',
    HTTP_REMOTE_GROUPS => 'staff,admin',
    HTTP_REMOTE_ORG    => 'default',
);


# { NAME => value } of what the application was told.

sub told {
    my ($uri, $port, $lines) = @_;

    my $response = $t->raw("GET $uri HTTP/1.1\r\nHost: localhost\r\n$lines"
                           . "Connection: close\r\n\r\n", port => $port);

    return { map { split /=/, $_, 2 } split /\n/, $response->body };
}


# Of these, what is about a person, also to an application that takes what is
# neither letter nor digit for "_".

sub person {
    my ($told) = @_;

    my %person;

    for my $name (sort keys %$told) {
        my $taken = uc $name =~ s/\W/_/gr;

        next unless length $told->{$name}
            && $taken =~ /^(?:HTTP_)?REMOTE_(?:USER|NAME|EMAIL|GROUPS|ORG)$/;

        $person{$taken} .= ', ' if defined $person{$taken};
        $person{$taken} .= $told->{$name};
    }

    return \%person;
}


for my $protocol (@protocols) {
    my %known = %ann;

    $known{REMOTE_USER} = 'ann@example.com' if $protocol ne 'proxy';

    for my $spoof (sort keys %spoofs) {
        my ($lines, @ports) = @{ $spoofs{$spoof} };

        for my $port (@ports) {
            my $what = join ', ', $protocol, $spoof, grep { length } $port;

            # without a gate, only what login_params can name is taken away

            my $named = $port ne 'invalid' || $spoof !~ /[._~]/;

            for my $place (qw(before after conf optional open any named)) {
                next if $place eq 'open' && !$named;

                my $told = told("/$place/$protocol/x", $port,
                                $session . $lines);

                is_deeply person($told), \%known, "$what, $place: Ann";
                is $told->{REQUEST_METHOD}, 'GET', 'and the usual';
            }

            # what a password was asked for, by others than the gate, stays

            my %claim = $spoof eq 'Authorization' && $protocol eq 'fastcgi'
                ? (REMOTE_USER => 'root') : ();

            is_deeply person(told("/optional/$protocol/x", $port, $lines)),
                { }, "$what, optional: nobody";
            is_deeply person(told("/any/$protocol/x", $port, $lines)),
                \%claim, "$what, any: nobody";

            is_deeply person(told("/open/$protocol/x", $port, $lines)),
                \%claim, "$what, open: nobody" if $named;

            # Debian's fastcgi_params have it from $remote_user

            my %own = $protocol eq 'fastcgi'
                ? (REMOTE_USER => 'ann@example.com') : ();

            is_deeply person(told("/without/$protocol/x", $port,
                                  $session . $lines)), \%own,
                "$what: nothing but what was asked for";
        }
    }
}


# --- $remote_user

my $root = "Authorization: Basic cm9vdDpyb290\r\n";

sub body {
    my ($uri, $lines) = @_;

    return $t->raw("GET $uri HTTP/1.1\r\nHost: localhost\r\n$lines"
                   . "Connection: close\r\n\r\n")->body;
}


is body('/off', $root), 'root', '$remote_user: without a gate, as ever';
is body('/off', $session . $root), 'root', 'whoever is signed in';
is body('/both', $session . $root), 'ann@example.com ann@example.com',
    'behind a gate, who is signed in';
unlike body('/basic', ''), qr/root/, 'satisfy any: nobody';
unlike body('/basic', $root), qr/^root/, 'also not before the access phase';
like body("/any/fastcgi/x?claim", $root), qr/^REMOTE_USER=root$/m,
    'satisfy any: who was let in by others';
body("/without/scgi/x?last", $session . $root);
body("/without/scgi/x?refused", $root);

# a line is written when its client has had the answer already

my @lines;

wait_for(sub {
    @lines = $t->read_file('who.log') =~ m{/x\?(\w+ \S+)$}mg;
    return @lines == 3;
});

is join(',', sort @lines), 'claim root,last ann@example.com,refused -',
    'and in the log';


# the gate has let the request in, and the session ends before its body is
# there: the name that a client claims takes no place that became free

for my $protocol (grep { $_ ne 'proxy' } @protocols) {
    my $other = $t->browser;

    $other->sign_in('ann@example.com', $password);

    my $mark = $t->log_mark;
    my $connection = $t->connection;

    $connection->send("POST /without/$protocol/x HTTP/1.1\r\n"
                      . "Host: localhost\r\nContent-Length: 4\r\n"
                      . 'Cookie: login=' . $other->cookie('login') . "\r\n"
                      . "$root\r\n");

    ok wait_for(sub { $t->log_since($mark) =~ /http client request body/ }),
        "$protocol: let in, without a body yet";

    $t->cli_ok('session', 'revoke', 'ann@example.com');
    $connection->send('body');

    my $response = $connection->response;

    is $response->status, 200, 'answered by the application';
    unlike $response->body, qr/^(?:HTTP_)?REMOTE_USER=./m,
        'which is told of nobody';
}


done_testing;

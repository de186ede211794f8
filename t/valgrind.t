#!/usr/bin/perl

# A short life of nginx under valgrind: no error, and nothing of the module's
# is left behind at the end.

use strict;
use warnings;

use Login::Test;


plan(skip_all => 'the sanitizers and valgrind exclude each other')
    if Login::Test::sanitized();
plan(skip_all => 'no valgrind') if system('command -v valgrind > /dev/null');

my $password = 'correct horse battery staple';
my $nginx = Login::Test::nginx();

# one process: the same code in what is otherwise a worker; and a small map,
# since valgrind has no room for a large one

my $t = Login::Test->new(
    accounts => { 'ann@example.com' => $password },
    main     => 'master_process off;',
    workers  => 0,
    log      => 'info',
    no_store => 1,
    limit    => 'login_limit attempts=3;',
    http     => 'login_store %%STORE%% map_size=16m; login_key %%KEY%%;'
                . ' login_hash memory=1m passes=1;',
);

my $report = $t->dir . '/valgrind';

chmod 0755, $t->write_file('nginx', <<"END");
#!/bin/sh
exec valgrind --log-file=$report.%p --leak-check=full \\
    --errors-for-leak-kinds=none --show-leak-kinds=definite,possible \\
    $nginx "\$@"
END

$ENV{LOGIN_NGINX} = $t->dir . '/nginx';

my $conf = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END

$t->run($conf);

sub life {
    my ($when) = @_;

    my $browser = $t->browser;

    is $browser->get('/')->status, 302, "$when: the gate is shut";
    is $browser->sign_in('ann@example.com', 'no')->status, 403,
        "$when: a wrong password";
    is $browser->sign_in('ann@example.com', $password, '/',
                         follow => 1)->body,
        'canary ann@example.com', "$when: signed in";
    is $browser->fetch('/login/session')->status, 200, "$when: who it is";
    is $browser->sign_out->status, 303, "$when: signed out";
    is $browser->get('/')->status, 302, "$when: the gate is shut again";
}

life('at first');
life('and again');

is $t->stop, 0, 'nginx ends';

my ($file) = glob "$report.*";
my $text = $t->read_file($file);
my ($errors) = $text =~ /ERROR SUMMARY: (\d+) errors/;

is $errors, 0, 'no error' or diag($text);

# of what nginx and its libraries keep until the end, nothing is ours

my @ours = grep { /(?:definitely|possibly) lost/ && /login/ }
    split /\n==\d+== \n/, $text;

is join("\n", @ours), '', 'nothing of the module is lost';

done_testing;

package Login::Rogue;

# A provider that does what it is told to: see t/oidc/rogue.mjs.
#
#     my $rogue = Login::Rogue->new;
#
#     login_provider op "Rogue" { oidc @{[ $rogue->issuer ]}; ... }
#
#     $rogue->set(claims => { aud => 'another' });
#     is($rogue->seen->{token}, 0);

use strict;
use warnings;

use IPC::Open2;
use JSON::PP;

use Login::Test ();


my $folder = "$Login::Test::ROOT/t/oidc";


# Why it cannot run, or nothing.

sub missing {
    return 'no node' unless grep { -x "$_/node" } split /:/, $ENV{PATH};
    return 'no jose, run "npm ci" in t/oidc'
        unless -d "$folder/node_modules/jose";
    return;
}


sub new {
    my ($class, %settings) = @_;

    my $pid = open2(my $out, my $in, 'node', "$folder/rogue.mjs");

    my $self = bless { pid => $pid, in => $in, out => $out }, $class;

    $self->{issuer} = $self->ask({ start => { %settings } })->{issuer};

    return $self;
}


sub ask {
    my ($self, $question) = @_;

    print { $self->{in} } encode_json($question), "\n";
    $self->{in}->flush;

    my $line = readline $self->{out};

    die "the provider has ended\n" unless defined $line;

    return decode_json($line);
}


sub issuer { $_[0]{issuer} }
sub seen   { $_[0]->ask({ seen => 1 }) }
sub rotate { $_[0]->ask({ rotate => 1 }) }
sub resume { $_[0]->ask({ open => 1 }) }


# Without settings it is a good one.

sub set {
    my ($self, %settings) = @_;

    return $self->ask({ set => { %settings } });
}


sub DESTROY {
    my ($self) = @_;

    return unless $self->{pid};

    local $?;

    close $self->{in};
    close $self->{out};
    waitpid $self->{pid}, 0;
}


1;

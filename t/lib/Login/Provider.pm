package Login::Provider;

# An identity provider that others have written, at which everybody is signed
# in without typing, as whoever the test says: see t/oidc/stage.mjs.
#
#     my $one = Login::Provider->new('one');
#
#     $t->run(<<"END");
#     @{[ $one->block($t, 'provision on;') ]}
#     login_org default "Acme" { provider one; }
#     server { ... }
#     END
#
#     $one->register($t);
#     $one->set(person => 'bob');
#     $t->browser->get('/login/sso/one', follow => 1);

use strict;
use warnings;

use IPC::Open2;
use JSON::PP;

use Login::Test ();


my $folder = "$Login::Test::ROOT/t/oidc";


# Why it cannot run, or nothing.

sub missing {
    return 'no node' unless grep { -x "$_/node" } split /:/, $ENV{PATH};
    return 'no oidc-provider, run "npm ci" in t/oidc'
        unless -d "$folder/node_modules/oidc-provider";
    return;
}


# "name" is also that of its host, below localhost.

sub new {
    my ($class, $name) = @_;

    my $pid = open2(my $out, my $in, 'node', "$folder/serve.mjs");

    my $self = bless { pid => $pid, in => $in, out => $out, name => $name },
        $class;

    %$self = (%$self, %{ $self->ask({ start => $name }) });

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


sub name   { $_[0]{name} }
sub issuer { $_[0]{issuer} }
sub secret { $_[0]{secret} }

sub set    { my ($self, %set) = @_; $self->ask({ set => \%set }) }
sub rotate { my ($self, %how) = @_; $self->ask({ rotate => \%how }) }
sub stop   { $_[0]->ask({ stop => 1 }) }
sub resume { $_[0]->ask({ resume => 1 }) }
sub forget { $_[0]->ask({ forget => 1 }) }
sub seen   { $_[0]->ask({ seen => 1 }) }


sub logout_token {
    my ($self, %how) = @_;

    return $self->ask({ logoutToken => \%how })->{token};
}


# "login_provider" for nginx.conf.

sub block {
    my ($self, $t, @more) = @_;

    my $file = $t->write_file("$self->{name}.secret", "$self->{secret}\n");

    chmod 0600, $file;

    my %line = (
        oidc               => "oidc $self->{issuer};",
        client_id          => 'client_id nginx;',
        client_secret_file => "client_secret_file $file;",
        scope              => 'scope openid email profile groups;',
        claims             => 'claims username=email name=name roles=groups;',
    );

    # what is given takes the place of ours

    for my $line (map { split /(?<=;)\s*/ } @more) {
        my ($word) = $line =~ /^\s*(\w+)/;

        $line{$word} = $line;
    }

    return join "\n", "login_provider $self->{name} \U$self->{name}\E {",
        (map { "    $line{$_}" } sort keys %line), '}';
}


# Makes the portal known there, when its port is.

sub register {
    my ($self, $t, %more) = @_;

    my $portal = $more{portal} // 'http://localhost:' . $t->port . '/login/';
    my $sso = "${portal}sso/$self->{name}";

    delete $more{portal};

    $self->ask({ register => {
        redirect_uris             => [ "$sso/callback" ],
        backchannel_logout_uri    => "$sso/logout",
        post_logout_redirect_uris => [ $portal ],
        %more,
    } });
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

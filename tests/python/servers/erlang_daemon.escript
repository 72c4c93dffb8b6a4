%% Erlang's ssh daemon with host and client keys in one folder, and every algorithm that it has.
%% erlang_daemon.escript ADDRESS PORT FOLDER
-mode(compile).

main([Address, Port, Folder]) ->
    {ok, _} = application:ensure_all_started(ssh),
    {ok, Ip} = inet:parse_address(Address),
    {ok, _} = ssh:daemon(Ip, list_to_integer(Port), [
        {system_dir, Folder},
        {user_dir, Folder},
        {auth_methods, "publickey"},
        {preferred_algorithms, ssh_transport:supported_algorithms()},
        {max_sessions, 500},
        {parallel_login, true},
        {subsystems, [ssh_sftpd:subsystem_spec([{cwd, Folder}])]}
    ]),
    receive after infinity -> ok end.

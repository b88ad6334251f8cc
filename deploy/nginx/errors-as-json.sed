# A line of nginx's error log becomes JSON; see start.sh. First whatever JSON could not hold.
s/[^ -~]/?/g
s/\\/\\\\/g
s/"/\\"/g
# "t" goes by any change since the line was read, or the last "t".
t read
:read
s|^([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9:]{8}) \[([a-z]+)\] ([0-9]+)#[0-9]+: \*([0-9]+) (.*)$|{"@timestamp":"\1-\2-\3T\4Z","log.level":"\5","process.pid":\6,"nginx.error.connection":\7,"message":"\8|
t line
s|^([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9:]{8}) \[([a-z]+)\] ([0-9]+)#[0-9]+: (.*)$|{"@timestamp":"\1-\2-\3T\4Z","log.level":"\5","process.pid":\6,"message":"\7|
t line
# Not nginx's.
s/\\"/"/g
s/\\\\/\\/g
b
:line
# Queries in the message itself, then what follows it: who asked for what.
s/\?[^"\\ ]*//g
t asked
:asked
s/, client: ([0-9a-f.:]+)(.*)$/","client.ip":"\1"\n\2/
t client
s/$/"/
b end
:client
s/\n.*, request: \\"([A-Z]{1,20}) ([^ ?"\\]{0,2000}).*$/,"http.request.method":"\1","url.path":"\2"/
s/\n.*$//
:end
s/$/,"ecs.version":"9.4.0","log.logger":"nginx.error","service.name":"blogcreator.nginx","event.dataset":"blogcreator.nginx","event.kind":"event","event.category":["web"],"event.type":["error"],"event.outcome":"failure"}/

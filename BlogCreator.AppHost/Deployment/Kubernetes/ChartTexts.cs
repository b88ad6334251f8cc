namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>The two files of the chart that are no YAML.</summary>
internal static class ChartTexts
{
    public const string Helpers = """
        {{/* The name of the release, as the beginning of every object's name. */}}
        {{- define "blogcreator.fullname" -}}
        {{- if .Values.fullnameOverride -}}
        {{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
        {{- else if contains .Chart.Name .Release.Name -}}
        {{- .Release.Name | trunc 40 | trimSuffix "-" -}}
        {{- else -}}
        {{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
        {{- end -}}
        {{- end }}

        {{- define "blogcreator.selector" -}}
        app.kubernetes.io/name: {{ .Chart.Name }}
        app.kubernetes.io/instance: {{ .Release.Name }}
        {{- end }}

        {{- define "blogcreator.labels" -}}
        {{ include "blogcreator.selector" . }}
        app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
        app.kubernetes.io/part-of: {{ .Chart.Name }}
        app.kubernetes.io/managed-by: {{ .Release.Service }}
        helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
        {{- end }}

        {{/* By digest where there is one: a tag may come to mean another image. */}}
        {{- define "blogcreator.image" -}}
        {{- if .digest -}}
        {{ .repository }}@{{ .digest }}
        {{- else -}}
        {{ .repository }}:{{ .tag }}
        {{- end -}}
        {{- end }}

        {{- define "blogcreator.serviceAccountName" -}}
        {{- if .Values.serviceAccount.create -}}
        {{ .Values.serviceAccount.name | default (include "blogcreator.fullname" .) }}
        {{- else -}}
        {{ .Values.serviceAccount.name | default "default" }}
        {{- end -}}
        {{- end }}

        {{- define "blogcreator.filesClaim" -}}
        {{ .Values.storage.files.existingClaim | default (printf "%s-files" (include "blogcreator.fullname" .)) }}
        {{- end }}

        {{- define "blogcreator.keysClaim" -}}
        {{ .Values.storage.keys.existingClaim | default (printf "%s-keys" (include "blogcreator.fullname" .)) }}
        {{- end }}

        {{- define "blogcreator.tlsSecret" -}}
        {{ .Values.ingress.tlsSecret | default (printf "%s-tls" (include "blogcreator.fullname" .)) }}
        {{- end }}

        {{/* How many replicas: what an autoscaler has decided, else what the values say. */}}
        {{- define "blogcreator.replicas" -}}
        {{- $root := index . 0 -}}
        {{- $name := index . 1 -}}
        {{- $values := index $root.Values $name -}}
        {{- $there := dict -}}
        {{- if $values.autoscaling.enabled -}}
        {{- $there = lookup "apps/v1" "Deployment" $root.Release.Namespace (printf "%s-%s" (include "blogcreator.fullname" $root) $name) -}}
        {{- end -}}
        {{- max (dig "spec" "replicas" 0 $there | int) ($values.replicas | int) -}}
        {{- end }}

        {{/* Addresses outside the cluster, and not those of other things within it or of the cloud's metadata. */}}
        {{- define "blogcreator.outside" -}}
        - ipBlock:
            cidr: 0.0.0.0/0
            {{- with .Values.networkPolicy.outsideExcept }}
            except:
              {{- toYaml . | nindent 6 }}
            {{- end }}
        {{- end }}

        {{- define "blogcreator.webIngressAnnotations" -}}
        {{- $own := dict -}}
        {{- with .Values.ingress.clusterIssuer -}}
        {{- $own = set $own "cert-manager.io/cluster-issuer" . -}}
        {{- end -}}
        {{- if .Values.ingress.stickySessions -}}
        {{- $own = merge $own (dict "nginx.ingress.kubernetes.io/affinity" "cookie" "nginx.ingress.kubernetes.io/affinity-mode" "persistent" "nginx.ingress.kubernetes.io/session-cookie-name" "blogcreator-replica" "nginx.ingress.kubernetes.io/session-cookie-secure" "true" "nginx.ingress.kubernetes.io/session-cookie-samesite" "Lax" "nginx.ingress.kubernetes.io/session-cookie-change-on-failure" "true") -}}
        {{- end -}}
        {{- merge (deepCopy .Values.ingress.webAnnotations) $own (deepCopy .Values.ingress.annotations) | toYaml -}}
        {{- end }}

        {{- define "blogcreator.apiIngressAnnotations" -}}
        {{- /* The file, and what a form puts around it. */ -}}
        {{- $own := dict "nginx.ingress.kubernetes.io/proxy-body-size" (printf "%dm" (add (div (int64 .Values.uploads.maxBytes) 1048576) 2)) -}}
        {{- merge (deepCopy .Values.ingress.apiAnnotations) $own (deepCopy .Values.ingress.annotations) | toYaml -}}
        {{- end }}

        {{/* What a schema cannot say. */}}
        {{- define "blogcreator.check" -}}
        {{- if not (or .Values.postgres.enabled .Values.postgres.external.connectionString) -}}
        {{- fail "postgres.enabled is false: name your own database in postgres.external.connectionString." -}}
        {{- end -}}
        {{- range $name := list "postgres" "redis" "elasticsearch" -}}
        {{- with index $.Values $name -}}
        {{- if and .enabled .external.connectionString -}}
        {{- fail (printf "%s.enabled is true and %s.external.connectionString is set: only one of them can be used." $name $name) -}}
        {{- end -}}
        {{- $rest := regexReplaceAll "\\{secret:[^}]*\\}" .external.connectionString "" -}}
        {{- if or (regexMatch "(?i)(password|pwd) *= *[^;, ]" $rest) (regexMatch "://[^/@]*:[^/@]+@" $rest) -}}
        {{- fail (printf "%s.external.connectionString holds a password. Put it into the Secret and write {secret:%s-password} in its place." $name $name) -}}
        {{- end -}}
        {{- end -}}
        {{- end -}}
        {{- if not (or .Values.redis.enabled .Values.redis.external.connectionString .Values.storage.keys.enabled) -}}
        {{- fail "Without Redis the replicas share the keys of the sign-in cookies in a volume: turn storage.keys.enabled on." -}}
        {{- end -}}
        {{- if and (not .Values.storage.files.s3.bucket) (or .Values.storage.files.s3.endpoint .Values.storage.files.s3.region .Values.storage.files.s3.prefix) -}}
        {{- fail "storage.files.s3 has settings but no bucket: name the bucket, or remove the others." -}}
        {{- end -}}
        {{- end }}

        """;

    public const string Notes = """
        {{ .Chart.Name }} {{ .Chart.AppVersion }} is being started in the namespace {{ .Release.Namespace }}.

        Watch it:
          kubectl --namespace {{ .Release.Namespace }} rollout status deployment/{{ include "blogcreator.fullname" . }}-api
          kubectl --namespace {{ .Release.Namespace }} rollout status deployment/{{ include "blogcreator.fullname" . }}-web
        {{- if .Release.IsInstall }}

        The log of the migration shows the token that the first person to set the site up is asked for, once:
          kubectl --namespace {{ .Release.Namespace }} logs job/{{ include "blogcreator.fullname" . }}-migrate-{{ .Release.Revision }}
        {{- end }}
        {{- if .Values.ingress.enabled }}

        Then open https://{{ .Values.ingress.host }}
        {{- if not (or .Values.ingress.clusterIssuer .Values.ingress.tlsSecret) }}
        There is no ingress.clusterIssuer, so nobody makes a certificate: put one into the Secret {{ include "blogcreator.tlsSecret" . }}.
        {{- end }}
        {{- end }}

        Missing secrets keep a pod waiting; the event names the key:
          kubectl --namespace {{ .Release.Namespace }} get events --field-selector reason=FailedMount

        A cluster has these of its own, so the chart brings none of them: nginx and certbot (its Ingress controller and
        cert-manager), Prometheus, Alertmanager and Grafana (annotations of the pods, or monitoring.serviceMonitor; rules
        and dashboards lie in deploy/monitoring), Logstash, Kibana and Filebeat (every log is one line of JSON in the Elastic
        Common Schema on standard output).

        """;
}

{{- define "gateway.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Labels that select the pods of a role: (list . "worker") */}}
{{- define "gateway.selector" -}}
{{- $root := first . -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- define "gateway.labels" -}}
{{ include "gateway.selector" . }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (first .).Chart.Name (first .).Chart.Version }}
{{- end }}

{{- define "gateway.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* All names by which a client inside of the cluster, or in front of it, may call the front ends. */}}
{{- define "gateway.hosts" -}}
{{- $name := include "gateway.name" . -}}
{{- $in := printf "%s.%s" $name .Release.Namespace -}}
{{- join "," (concat (list $name $in (printf "%s.svc" $in) (printf "%s.svc.cluster.local" $in)) .Values.hosts) -}}
{{- end }}

{{/* Variables of a container: (list . DEFAULTS SETTINGS). Later ones win. */}}
{{- define "gateway.env" -}}
{{- $root := first . -}}
{{- range $key, $value := mergeOverwrite (dict) (index . 1) (deepCopy $root.Values.settings) (deepCopy (index . 2)) }}
- name: {{ $key }}
  {{- /* Numbers of a values file are floats: 52428800 would be 5.24288e+07. */}}
  value: {{ if and (kindIs "float64" $value) (eq $value (floor $value)) }}{{ int64 $value | quote }}{{ else }}{{ toString $value | quote }}{{ end }}
{{- end }}
{{- end }}

{{/* Secrets of a role as variables: (list . ROLE VALUES). The existing one wins over what the chart makes. */}}
{{- define "gateway.secrets" -}}
{{- $root := first . -}}
{{- $name := printf "%s-%s" (include "gateway.name" $root) (index . 1) -}}
{{- if $root.Values.nats.enabled }}
- secretRef: { name: {{ $name }}-nats }
{{- end }}
{{- with (last .).existingSecret }}
- secretRef: { name: {{ . }} }
{{- else }}
- secretRef: { name: {{ $name }} }
{{- end }}
{{- end }}

{{/* What all pods have. */}}
{{- define "gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
{{- end }}

{{- define "gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* /healthz: the process answers. /ready: a turn could be run, so not while the broker, every worker or the login is away. */}}
{{- define "gateway.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

{{- define "gateway.placement" -}}
{{- range $field := list "nodeSelector" "tolerations" "affinity" }}
{{- with index $ $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* The files of a role: (list . VALUES). */}}
{{- define "gateway.files" -}}
{{- $files := (last .).files -}}
{{- if or $files.secret $files.configMap }}
- name: files
  projected:
    defaultMode: 288 # 0440, which readers of YAML differ on
    sources:
      {{- with $files.secret }}
      - secret: { name: {{ . }} }
      {{- end }}
      {{- with $files.configMap }}
      - configMap: { name: {{ . }} }
      {{- end }}
{{- end }}
{{- end }}

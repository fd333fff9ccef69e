{{- define "maskwire.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag }}{{ end }}
{{- end }}
{{- define "maskwire.dns" -}}
{{- if eq .Values.dns "coredns" }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- else if eq .Values.dns "openshift" }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: openshift-dns
      podSelector:
        matchLabels:
          dns.operator.openshift.io/daemonset-dns: default
  ports:
    - port: 5353
      protocol: UDP
    - port: 5353
      protocol: TCP
{{- else if eq .Values.dns "nodelocal" }}
- to:
    - ipBlock:
        cidr: "169.254.20.10/32"
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- else }}
{{- fail "dns: write coredns, openshift or nodelocal" }}
{{- end }}
{{- end }}

/**
 * Fields and types of the kinds that our manifests use, as the API server decodes them strictly.
 *
 * Owns names and types only, one line a type; `any` where nothing here looks deeper. `!` means required.
 */
const NETWORK_POLICY = {
  NetworkPolicySpec: "podSelector:LabelSelector policyTypes:[string] ingress:[IngressRule] egress:[EgressRule]",
  IngressRule: "from:[Peer] ports:[PolicyPort]",
  EgressRule: "to:[Peer] ports:[PolicyPort]",
  Peer: "ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector",
  IPBlock: "cidr:string! except:[string]",
  PolicyPort: "protocol:string port:intOrString endPort:integer",
  LabelSelector: "matchLabels:{string} matchExpressions:[Requirement]",
  Requirement: "key:string! operator:string! values:[string]",
};

const POD = {
  PodTemplate: "metadata:any spec:PodSpec!",
  PodSpec:
    "activeDeadlineSeconds:integer affinity:any automountServiceAccountToken:boolean containers:[Container]! dnsConfig:any dnsPolicy:string enableServiceLinks:boolean ephemeralContainers:any hostAliases:any hostIPC:boolean hostNetwork:boolean hostPID:boolean hostUsers:boolean hostname:string imagePullSecrets:any initContainers:[Container] nodeName:string nodeSelector:{string} os:any overhead:{quantity} preemptionPolicy:string priority:integer priorityClassName:string readinessGates:any resourceClaims:any resources:Resources restartPolicy:string runtimeClassName:string schedulerName:string schedulingGates:any securityContext:PodSecurityContext serviceAccount:string serviceAccountName:string setHostnameAsFQDN:boolean shareProcessNamespace:boolean subdomain:string terminationGracePeriodSeconds:integer tolerations:any topologySpreadConstraints:[Spread] volumes:[Volume]",
  Container:
    "args:[string] command:[string] env:[EnvVar] envFrom:any image:string imagePullPolicy:string lifecycle:any livenessProbe:Probe name:string! ports:[ContainerPort] readinessProbe:Probe resizePolicy:any resources:Resources restartPolicy:string securityContext:SecurityContext startupProbe:Probe stdin:boolean stdinOnce:boolean terminationMessagePath:string terminationMessagePolicy:string tty:boolean volumeDevices:any volumeMounts:[VolumeMount] workingDir:string",
  EnvVar: "name:string! value:string valueFrom:any",
  ContainerPort: "containerPort:integer! hostIP:string hostPort:integer name:string protocol:string",
  Probe:
    "exec:Exec failureThreshold:integer grpc:Grpc httpGet:HttpGet initialDelaySeconds:integer periodSeconds:integer successThreshold:integer tcpSocket:TcpSocket terminationGracePeriodSeconds:integer timeoutSeconds:integer",
  Exec: "command:[string]",
  Grpc: "port:integer! service:string",
  HttpGet: "host:string httpHeaders:any path:string port:intOrString! scheme:string",
  TcpSocket: "host:string port:intOrString!",
  Resources: "claims:any limits:{quantity} requests:{quantity}",
  SecurityContext:
    "allowPrivilegeEscalation:boolean appArmorProfile:Profile capabilities:Capabilities privileged:boolean procMount:string readOnlyRootFilesystem:boolean runAsGroup:integer runAsNonRoot:boolean runAsUser:integer seLinuxOptions:SELinux seccompProfile:Profile windowsOptions:Windows",
  PodSecurityContext:
    "appArmorProfile:Profile fsGroup:integer fsGroupChangePolicy:string runAsGroup:integer runAsNonRoot:boolean runAsUser:integer seLinuxChangePolicy:string seLinuxOptions:SELinux seccompProfile:Profile supplementalGroups:[integer] supplementalGroupsPolicy:string sysctls:[Sysctl] windowsOptions:Windows",
  Capabilities: "add:[string] drop:[string]",
  Profile: "localhostProfile:string type:string!",
  SELinux: "level:string role:string type:string user:string",
  Sysctl: "name:string! value:string!",
  Windows: "gmsaCredentialSpec:string gmsaCredentialSpecName:string hostProcess:boolean runAsUserName:string",
  VolumeMount:
    "mountPath:string! mountPropagation:string name:string! readOnly:boolean recursiveReadOnly:string subPath:string subPathExpr:string",
  Spread:
    "labelSelector:LabelSelector matchLabelKeys:[string] maxSkew:integer! minDomains:integer nodeAffinityPolicy:string nodeTaintsPolicy:string topologyKey:string! whenUnsatisfiable:string!",
  Volume:
    "awsElasticBlockStore:any azureDisk:any azureFile:any cephfs:any cinder:any configMap:any csi:any downwardAPI:any emptyDir:any ephemeral:any fc:any flexVolume:any flocker:any gcePersistentDisk:any gitRepo:any glusterfs:any hostPath:any image:any iscsi:any name:string! nfs:any persistentVolumeClaim:any photonPersistentDisk:any portworxVolume:any projected:any quobyte:any rbd:any scaleIO:any secret:any storageos:any vsphereVolume:any",
};

const WORKLOADS = {
  DeploymentSpec:
    "minReadySeconds:integer paused:boolean progressDeadlineSeconds:integer replicas:integer revisionHistoryLimit:integer selector:LabelSelector! strategy:Strategy template:PodTemplate!",
  Strategy: "rollingUpdate:RollingUpdate type:string",
  RollingUpdate: "maxSurge:intOrString maxUnavailable:intOrString",
  ServiceSpec:
    "allocateLoadBalancerNodePorts:boolean clusterIP:string clusterIPs:[string] externalIPs:[string] externalName:string externalTrafficPolicy:string healthCheckNodePort:integer internalTrafficPolicy:string ipFamilies:[string] ipFamilyPolicy:string loadBalancerClass:string loadBalancerIP:string loadBalancerSourceRanges:[string] ports:[ServicePort] publishNotReadyAddresses:boolean selector:{string} sessionAffinity:string sessionAffinityConfig:any trafficDistribution:string type:string",
  ServicePort: "appProtocol:string name:string nodePort:integer port:integer! protocol:string targetPort:intOrString",
  BudgetSpec:
    "maxUnavailable:intOrString minAvailable:intOrString selector:LabelSelector unhealthyPodEvictionPolicy:string",
  ScalerSpec: "behavior:any maxReplicas:integer! metrics:any minReplicas:integer scaleTargetRef:any!",
  NamespaceSpec: "finalizers:[string]",
  Metadata:
    "annotations:{string} creationTimestamp:any deletionGracePeriodSeconds:integer deletionTimestamp:any finalizers:[string] generateName:string generation:integer labels:{string} managedFields:any name:string namespace:string ownerReferences:any resourceVersion:string selfLink:string uid:string",
};

const object = (spec: string): string => `apiVersion:string! kind:string! metadata:Metadata spec:${spec} status:any`;

/** Kind to its one API version here and the type of its whole. */
export const KINDS: Readonly<Record<string, { readonly apiVersion: string; readonly fields: string }>> = {
  NetworkPolicy: { apiVersion: "networking.k8s.io/v1", fields: object("NetworkPolicySpec") },
  Namespace: { apiVersion: "v1", fields: object("NamespaceSpec") },
  Pod: { apiVersion: "v1", fields: object("PodSpec") },
  Deployment: { apiVersion: "apps/v1", fields: object("DeploymentSpec") },
  Service: { apiVersion: "v1", fields: object("ServiceSpec") },
  PodDisruptionBudget: { apiVersion: "policy/v1", fields: object("BudgetSpec") },
  HorizontalPodAutoscaler: { apiVersion: "autoscaling/v2", fields: object("ScalerSpec") },
};

/** `name:type` pairs of every type. */
export const TYPES: Readonly<Record<string, string>> = { ...NETWORK_POLICY, ...POD, ...WORKLOADS };

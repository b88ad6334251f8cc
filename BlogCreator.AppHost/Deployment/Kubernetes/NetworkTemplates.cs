using static BlogCreator.AppHost.Deployment.Kubernetes.Pods;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>Who may talk to whom: nobody, except as the app model says and as the Ingress and the outside need.</summary>
internal static class NetworkTemplates
{
    private const string IsOn = "if .Values.networkPolicy.enabled";

    public static IEnumerable<HelmDocument> Policies(ChartModel model)
    {
        yield return new HelmDocument("Whatever no policy below allows is refused, in both directions.", IsOn, Policy("deny-all", ReleasePods(), new()
        {
            { "policyTypes", new HelmList { "Ingress", "Egress" } },
        }));
        yield return new HelmDocument("Names are asked for by everybody.", IsOn, Policy("dns", ReleasePods(), new()
        {
            { "policyTypes", new HelmList { "Egress" } },
            {
                "egress",
                new HelmList
                {
                    new HelmMap
                    {
                        { "to", new HelmList { Namespace("kube-system"), new HelmMap { { "ipBlock", new HelmMap { { "cidr", "{{ .Values.networkPolicy.localDns }}" } } } } } },
                        { "ports", new HelmList { OfProtocol("UDP", 53), OfProtocol("TCP", 53) } },
                    },
                }
            },
        }));
        foreach (var project in model.Projects)
        {
            yield return new HelmDocument(null, IsOn, OfProject(model, project));
        }

        foreach (var store in model.Stores)
        {
            yield return new HelmDocument(null, $"if and .Values.networkPolicy.enabled .Values.{store.Name}.enabled", OfStore(model, store));
        }
    }

    public static IEnumerable<HelmDocument> Ingresses(ChartModel model)
    {
        const string condition = "if .Values.ingress.enabled";
        yield return new HelmDocument("Pages.", condition, Ingress(model, "web", ["/"], isFirst: true));
        yield return new HelmDocument(
            "The API and its sockets: large uploads that are not collected first, connections that stay open for long.",
            condition,
            Ingress(model, "api", ["/api", "/ws"], isFirst: false));
    }

    private static HelmMap OfProject(ChartModel model, ManifestProject project)
    {
        var (name, isService) = (project.Name, project.Name != "migrate");
        var outgoing = new HelmList();
        foreach (var other in model.Reaches(project))
        {
            outgoing.Add(model.Stores.FirstOrDefault(store => store.Name == other) is { } store
                ? ToStore(model, store)
                : new HelmMap { { "to", new HelmList { Component(other) } }, { "ports", Ports(model, model.Project(other)) } });
        }

        if (name == "api" && model.HasBackup)
        {
            outgoing.Add(If(
                StoreTemplates.MakesBackups,
                [new HelmMap { { "to", new HelmList { Component("postgres") } }, { "ports", new HelmList { OfProtocol("TCP", StoreTemplates.BackupMetrics) } } }]));
        }

        if (isService)
        {
            outgoing.Add(ToOutside());
            outgoing.Add(With($".Values.networkPolicy.{name}Egress", new HelmList { new HelmList.Insert("toYaml .") }));
        }

        var rules = new HelmMap { { "policyTypes", isService ? new HelmList { "Ingress", "Egress" } : ["Egress"] } };
        if (isService)
        {
            rules.Add("ingress", Incoming(model, project));
        }

        rules.Add("egress", outgoing);
        return Policy(name, name == "api" ? Components([name, .. ChartModel.Commands]) : Components([name]), rules);
    }

    private static HelmList Incoming(ChartModel model, ManifestProject project)
    {
        const string hasIngress = ".Values.ingress.enabled";
        var controller = Namespace("{{ .Values.networkPolicy.ingressNamespace }}");
        var others = model.ReachedBy(project.Name);
        return
        [
            // Never a rule without a sender: that would let everybody in.
            others.Count == 0
                ? If(hasIngress, [Rule([controller])])
                : Rule([ComponentsPeer(others), If(hasIngress, [controller])]),
            Monitored(ManagementPort),
        ];

        HelmMap Rule(HelmList senders) => new() { { "from", senders }, { "ports", Ports(model, project) } };
    }

    private static HelmMap OfStore(ChartModel model, ManifestContainer store)
    {
        var isBackedUp = StoreTemplates.IsBackedUp(model, store);
        HelmList incoming =
        [
            new HelmMap { { "from", new HelmList { ComponentsPeer(model.ReachedBy(store.Name)) } }, { "ports", Ports(model, store) } },
        ];
        var rules = new HelmMap
        {
            { "policyTypes", isBackedUp ? new HelmList { "Ingress", "Egress" } : ["Ingress"] },
        };
        if (isBackedUp)
        {
            // Prometheus, and api, which shows the owner what is told there.
            incoming.Add(If(".Values.backup.enabled", [Monitored(StoreTemplates.BackupMetrics, Component("api"))]));
        }

        rules.Add("ingress", incoming);
        if (isBackedUp)
        {
            rules.Add(If("and .Values.backup.enabled .Values.backup.toOutside", new HelmMap { { "egress", new HelmList { ToOutside() } } }));
        }

        return Policy(store.Name, Components(isBackedUp ? [store.Name, "restore"] : [store.Name]), rules);
    }

    private static HelmMap ToOutside() => new()
    {
        { "to", new HelmBlock("include \"blogcreator.outside\" .") },
        { "ports", new HelmList { OfProtocol("TCP", 443) } },
    };

    private static HelmNode ToStore(ChartModel model, ManifestContainer store) => If(
        $".Values.{store.Name}.enabled",
        [
            new HelmMap { { "to", new HelmList { Component(store.Name) } }, { "ports", Ports(model, store) } },
            new HelmList.Otherwise($"else if .Values.{store.Name}.external.connectionString"),
            new HelmMap
            {
                { "to", new HelmList { new HelmMap { { "ipBlock", new HelmMap { { "cidr", $"{{{{ .Values.{store.Name}.external.cidr }}}}" } } } } } },
                { "ports", new HelmList { new HelmMap { { "protocol", "TCP" }, { "port", new HelmLiteral($"{{{{ .Values.{store.Name}.external.port }}}}") } } } },
            },
        ]);

    private static HelmMap Monitored(int port, HelmMap? other = null) => new()
    {
        { "from", other is null ? new HelmList { Namespace("{{ .Values.networkPolicy.monitoringNamespace }}") } : [Namespace("{{ .Values.networkPolicy.monitoringNamespace }}"), other] },
        { "ports", new HelmList { OfProtocol("TCP", port) } },
    };

    private static HelmList Ports(ChartModel model, ManifestService service) =>
        List(model.Ports(service).Select(binding => (HelmNode)OfProtocol("TCP", binding.TargetPort ?? 8080)));

    private static HelmMap OfProtocol(string protocol, int port) => new() { { "protocol", protocol }, { "port", port } };

    private static HelmMap Namespace(string name) => new()
    {
        { "namespaceSelector", new HelmMap { { "matchLabels", new HelmMap { { "kubernetes.io/metadata.name", name } } } } },
    };

    private static HelmMap Component(string name) => new() { { "podSelector", Components([name]) } };

    private static HelmMap ComponentsPeer(IReadOnlyList<string> names) => new() { { "podSelector", Components(names) } };

    private static HelmMap Components(IReadOnlyList<string> names) => names is [var one]
        ? new() { { "matchLabels", Selector(one) } }
        : new()
        {
            {
                "matchExpressions",
                new HelmList { new HelmMap { { "key", "app.kubernetes.io/component" }, { "operator", "In" }, { "values", List(names.Select(name => (HelmNode)name)) } } }
            },
            { "matchLabels", new HelmBlock("include \"blogcreator.selector\" .") },
        };

    private static HelmMap ReleasePods() => new() { { "matchLabels", new HelmBlock("include \"blogcreator.selector\" .") } };

    private static HelmMap Policy(string name, HelmMap pods, HelmMap rules) => new()
    {
        { "apiVersion", "networking.k8s.io/v1" },
        { "kind", "NetworkPolicy" },
        { "metadata", Metadata(name) },
        { "spec", new HelmMap { { "podSelector", pods }, rules } },
    };

    private static HelmMap Ingress(ChartModel model, string service, IReadOnlyList<string> paths, bool isFirst) => new()
    {
        { "apiVersion", "networking.k8s.io/v1" },
        { "kind", "Ingress" },
        {
            "metadata",
            new HelmMap
            {
                Metadata(service),
                { "annotations", new HelmBlock($"include \"blogcreator.{service}IngressAnnotations\" .") },
            }
        },
        {
            "spec",
            new HelmMap
            {
                With(".Values.ingress.className", new HelmMap { { "ingressClassName", new HelmLiteral("{{ . }}") } }),
                isFirst ? new HelmMap { new HelmMap.Remark("One certificate for both; it is asked for here.") } : [],
                {
                    "tls",
                    new HelmList { new HelmMap { { "hosts", new HelmList { "{{ .Values.ingress.host }}" } }, { "secretName", "{{ include \"blogcreator.tlsSecret\" . }}" } } }
                },
                {
                    "rules",
                    new HelmList
                    {
                        new HelmMap
                        {
                            { "host", "{{ .Values.ingress.host }}" },
                            {
                                "http",
                                new HelmMap
                                {
                                    {
                                        "paths",
                                        List(paths.Select(path => (HelmNode)new HelmMap
                                        {
                                            { "path", path },
                                            { "pathType", "Prefix" },
                                            {
                                                "backend",
                                                new HelmMap
                                                {
                                                    {
                                                        "service",
                                                        new HelmMap
                                                        {
                                                            { "name", ChartNames.Of(service) },
                                                            { "port", new HelmMap { { "name", model.Ports(model.Project(service)).First().Name } } },
                                                        }
                                                    },
                                                }
                                            },
                                        }))
                                    },
                                }
                            },
                        },
                    }
                },
            }
        },
    };
}

using static BlogCreator.AppHost.Deployment.Kubernetes.Pods;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What runs once, or now and then, and ends: the migration and the api's commands.</summary>
internal static class JobTemplates
{
    /// <summary>A CronJob has to have a time, even one that is suspended.</summary>
    private const string Never = "0 0 31 2 *";

    private const string WhenMigrationRuns = """
        Brings the database to the version of this release before the release starts.
        - An upgrade: a hook, before anything else is changed. When it fails, so does the upgrade, and the site goes on as it was.
        - The first installation with a database outside: a hook as well, since that database is there already.
        - The first installation with the chart's own database: no hook, since before the installation there is no database to
          bring anywhere, and after it is too late: Helm waits until the api is ready, and the api is not before this is done.
          So it is a Job beside the others, tried again until the database answers.
        """;

    public static IEnumerable<HelmDocument> Migration(ChartModel model) =>
    [
        new(WhenMigrationRuns, null, Migration(model, model.Project("migrate")))
        {
            Before = ["$first := and .Release.IsInstall .Values.postgres.enabled"],
        },
    ];

    public static IEnumerable<HelmDocument> Commands(ChartModel model) =>
    [
        new(
            "Compares every file with its hash. A Job that failed names the documents in its log.",
            "if .Values.verifyFiles.enabled",
            Command(model, "verify-files", "verifyFiles", isSuspended: false)),
        .. model.Stores.Any(store => store.Name == "elasticsearch")
            ? [new HelmDocument(
                "Fills new search indices; run by hand: kubectl create job --from=cronjob/NAME reindex-1",
                $"if {ServiceTemplates.IsUsed("elasticsearch")}",
                Command(model, "reindex", "reindex", isSuspended: true))]
            : Enumerable.Empty<HelmDocument>(),
    ];

    /// <summary>Nothing starts it but a person: it takes the place of what the database holds.</summary>
    public static IEnumerable<HelmDocument> Restore(ChartModel model) =>
        model.Stores.Where(store => StoreTemplates.IsBackedUp(model, store)).Select(store => new HelmDocument(
            "Brings the database back from a backup, with the database stopped before: docs/kubernetes.md says how.",
            "if and .Values.postgres.enabled .Values.backup.enabled",
            new HelmMap
            {
                { "apiVersion", "batch/v1" },
                { "kind", "CronJob" },
                { "metadata", Metadata("restore") },
                {
                    "spec",
                    new HelmMap
                    {
                        { "schedule", Never },
                        { "suspend", true },
                        {
                            "jobTemplate",
                            new HelmMap
                            {
                                {
                                    "spec",
                                    new HelmMap
                                    {
                                        { "backoffLimit", 0 },
                                        { "template", new HelmMap { { "metadata", new HelmMap { { "labels", Labels("restore") } } }, { "spec", StoreTemplates.RestorePod(model, store) } } },
                                    }
                                },
                            }
                        },
                    }
                },
            }));

    private static HelmMap Migration(ChartModel model, ManifestProject migrate) => new()
    {
        { "apiVersion", "batch/v1" },
        { "kind", "Job" },
        {
            "metadata",
            new HelmMap
            {
                new HelmMap.Remark("A Job cannot be changed; each revision has its own."),
                { "name", ChartNames.Of("migrate-{{ .Release.Revision }}") },
                { "labels", Labels("migrate") },
                If(
                    "not $first",
                    new HelmMap { { "annotations", new HelmMap { { "helm.sh/hook", "pre-install,pre-upgrade" }, { "helm.sh/hook-delete-policy", "before-hook-creation" } } } }),
            }
        },
        {
            "spec",
            new HelmMap
            {
                { "backoffLimit", new HelmLiteral("{{ ternary 20 2 $first }}") },
                { "activeDeadlineSeconds", new HelmLiteral("{{ .Values.migrate.deadlineSeconds }}") },
                new HelmMap.Remark("The log of the first run shows the set-up token; a day is enough to read it."),
                { "ttlSecondsAfterFinished", 86400 },
                {
                    "template",
                    new HelmMap
                    {
                        { "metadata", new HelmMap { { "labels", Labels("migrate") } } },
                        { "spec", JobPod(model, migrate, "migrate", "api", migrate.Args, "migrate", hasOwnAccount: false) },
                    }
                },
            }
        },
    };

    private static HelmMap Command(ChartModel model, string command, string values, bool isSuspended) => new()
    {
        { "apiVersion", "batch/v1" },
        { "kind", "CronJob" },
        { "metadata", Metadata(command) },
        {
            "spec",
            new HelmMap
            {
                isSuspended
                    ? new HelmMap { { "schedule", Never }, { "suspend", true } }
                    : new HelmMap { { "schedule", new HelmLiteral($"{{{{ .Values.{values}.schedule | quote }}}}") } },
                { "concurrencyPolicy", "Forbid" },
                { "startingDeadlineSeconds", 3600 },
                { "successfulJobsHistoryLimit", 1 },
                { "failedJobsHistoryLimit", 3 },
                {
                    "jobTemplate",
                    new HelmMap
                    {
                        {
                            "spec",
                            new HelmMap
                            {
                                { "backoffLimit", 1 },
                                {
                                    "template",
                                    new HelmMap
                                    {
                                        { "metadata", new HelmMap { { "labels", Labels(command) } } },
                                        { "spec", JobPod(model, model.Project("api"), command, "api", [command], values, hasOwnAccount: true) },
                                    }
                                },
                            }
                        },
                    }
                },
            }
        },
    };

    private static HelmMap JobPod(ChartModel model, ManifestProject project, string name, string image, IReadOnlyList<string> args, string values, bool hasOwnAccount)
    {
        var (mounts, volumes) = ServiceTemplates.Data(name, project.Name);
        return new()
        {
            { "restartPolicy", "OnFailure" },
            hasOwnAccount ? [] : new HelmMap { new HelmMap.Remark("Without the chart's own account, which is not there yet when a hook runs.") },
            Spec(values, Security(User, User, User), 30, hasOwnAccount),
            {
                "containers",
                new HelmList
                {
                    new HelmMap
                    {
                        { "name", name },
                        Image(image),
                        { "args", List(args.Select(argument => (HelmNode)argument)) },
                        { "env", new HelmBlock($"include \"blogcreator.environment.{project.Name}\" .") },
                        { "securityContext", ContainerSecurity() },
                        { "resources", new HelmBlock($"toYaml .Values.{values}.resources") },
                        { "volumeMounts", mounts },
                    },
                }
            },
            { "volumes", volumes },
        };
    }
}

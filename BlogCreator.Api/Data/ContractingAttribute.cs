namespace BlogCreator.Api.Data;

/// <summary>
/// On a migration that takes something away. It is applied when no version that still needs it runs any more; all others only
/// add, so that the version before can go on beside the new one.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ContractingAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}

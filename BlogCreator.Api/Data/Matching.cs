using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Data;

public static class Matching
{
    /// <summary>
    /// Rows of which one of the texts contains the word as it is, small or capital letters alike (those of ASCII, on both
    /// databases). Nothing in the word is a wildcard.
    /// </summary>
    public static IQueryable<T> WhereContains<T>(this IQueryable<T> rows, BlogDb db, string word, params Expression<Func<T, string?>>[] texts)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(texts);
        var pattern = $"%{word.Replace("\\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
        Expression<Func<string?, bool>> matches = db.Database.IsNpgsql()
            ? text => text != null && EF.Functions.ILike(text, pattern, "\\")
            : text => text != null && EF.Functions.Like(text, pattern, "\\");
        var row = Expression.Parameter(typeof(T));
        var any = texts
            .Select(text => Replace(matches.Body, matches.Parameters[0], Replace(text.Body, text.Parameters[0], row)))
            .Aggregate(Expression.OrElse);
        return rows.Where(Expression.Lambda<Func<T, bool>>(any, row));
    }

    private static Expression Replace(Expression whole, Expression part, Expression by) => new Replacing(part, by).Visit(whole)!;

    private sealed class Replacing(Expression part, Expression by) : ExpressionVisitor
    {
        public override Expression? Visit(Expression? node) => node == part ? by : base.Visit(node);
    }
}

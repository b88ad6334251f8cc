namespace BlogCreator.Api.Search;

public static class SearchFeature
{
    public static void MapSearch(this IEndpointRouteBuilder api) =>
        api.MapGet("/search", SearchText.Handle).WithName(nameof(SearchText)).WithTags("Search");
}

namespace ComputeHorde.Emulator.Wire;

/// <summary>The volume and upload types a job may use, keys in class order (protocol 3.4).</summary>
internal static class PydanticModels
{
    /// <summary>Input volumes; <c>multi_volume</c> is not accepted from clients.</summary>
    public static PydanticUnion Volumes { get; } =
        new(
            "volume_type",
            "VolumeType",
            [
                new("inline", ("contents", PydanticType.Text), ("relative_path", PydanticType.OptionalText)),
                new("zip_url", ("contents", PydanticType.Text), ("relative_path", PydanticType.OptionalText)),
                new("single_file", ("url", PydanticType.Text), ("relative_path", PydanticType.Text)),
                new(
                    "huggingface_volume",
                    ("repo_id", PydanticType.Text),
                    ("repo_type", PydanticType.OptionalText),
                    ("revision", PydanticType.OptionalText),
                    ("relative_path", PydanticType.OptionalText),
                    ("allow_patterns", PydanticType.OptionalTextOrList),
                    ("token", PydanticType.OptionalText)
                ),
            ]
        );

    /// <summary>Output uploads; the zip types and <c>multi_upload</c> are not accepted from clients.</summary>
    public static PydanticUnion Uploads { get; } =
        new(
            "output_upload_type",
            "OutputUploadType",
            [
                new(
                    "single_file_post",
                    ("url", PydanticType.Text),
                    ("form_fields", PydanticType.OptionalTextMap),
                    ("relative_path", PydanticType.Text),
                    ("signed_headers", PydanticType.OptionalTextMap)
                ),
                new(
                    "single_file_put",
                    ("url", PydanticType.Text),
                    ("relative_path", PydanticType.Text),
                    ("signed_headers", PydanticType.OptionalTextMap)
                ),
            ]
        );
}
